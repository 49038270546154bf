#include "log/records.hpp"

#include <cstdio>
#include <ctime>

#include "base/text.hpp"

namespace sallyport::log {
namespace {

constexpr std::size_t kMostText = 4096;

// A value of an NCSA line in quotes, which would end it.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  if (text.empty()) out += '-';
  append_log_escaped(out, text, kMostText, '"');
  out += '"';
}

// A value between blanks.
void append_bare(std::string& out, std::string_view text) {
  if (text.empty()) out += '-';
  append_log_escaped(out, text, kMostText, ' ');
}

std::string ncsa_time(std::time_t seconds, bool gmt) {
  std::tm parts{};
  if (gmt) {
    gmtime_r(&seconds, &parts);
  } else {
    localtime_r(&seconds, &parts);
  }
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const long offset = gmt ? 0 : parts.tm_gmtoff / 60;
  char text[64];
  std::snprintf(text, sizeof text, "[%02d/%s/%04d:%02d:%02d:%02d %c%02ld%02ld]", parts.tm_mday, kMonths[parts.tm_mon],
                parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec, offset < 0 ? '-' : '+',
                (offset < 0 ? -offset : offset) / 60, (offset < 0 ? -offset : offset) % 60);
  return text;
}

// A busy thread writes many lines in one second.
const std::string& remembered_ncsa_time(WallTime time, bool gmt) {
  struct Remembered {
    std::time_t seconds = -1;
    std::string text;
  };
  thread_local Remembered remembered[2];
  const std::time_t seconds = unix_seconds(time);
  Remembered& last = remembered[gmt ? 1 : 0];
  if (last.seconds != seconds) last = Remembered{seconds, ncsa_time(seconds, gmt)};
  return last.text;
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  append_json_escaped(out, text.substr(0, kMostText));
  out += '"';
}

// The members of one JSON object; empty texts are left out.
class JsonLine {
 public:
  JsonLine& text(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    begin(name);
    append_json_text(out_, value);
    return *this;
  }
  template <class Number>
  JsonLine& number(std::string_view name, Number value) {
    begin(name);
    out_ += std::to_string(value);
    return *this;
  }
  std::string end() {
    out_ += '}';
    return std::move(out_);
  }

 private:
  void begin(std::string_view name) {
    out_ += out_.size() > 1 ? ",\"" : "\"";
    out_ += name;
    out_ += "\":";
  }
  std::string out_ = "{";
};

}  // namespace

std::string format_utc(WallTime time) {
  const std::time_t seconds = unix_seconds(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[72];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900, parts.tm_mon + 1,
                parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(time.time_since_epoch().count() - seconds * 1000));
  return text;
}

std::string format_ncsa(const RequestRecord& record, bool combined, bool gmt) {
  std::string line;
  line.reserve(192 + record.target.size() + record.referer.size() + record.user_agent.size());
  append_bare(line, record.client_address);
  line += " - ";
  append_bare(line, record.user);
  line += ' ';
  line += remembered_ncsa_time(record.time, gmt);
  line += " \"";
  append_log_escaped(line, record.method, kMostText, '"');
  line += ' ';
  append_log_escaped(line, record.target, kMostText, '"');
  line += ' ';
  line += record.protocol;
  line += "\" ";
  append_number(line, static_cast<std::uint64_t>(record.status));
  line += ' ';
  if (record.response_bytes == 0) {
    line += '-';
  } else {
    append_number(line, record.response_bytes);
  }
  if (combined) {
    line += ' ';
    append_quoted(line, record.referer);
    line += ' ';
    append_quoted(line, record.user_agent);
  }
  return line;
}

std::string format_json(const RequestRecord& record) {
  return JsonLine()
      .text("time", format_utc(record.time))
      .text("request_id", record.request_id)
      .text("client", record.client_address)
      .text("user", record.user)
      .text("method", record.method)
      .text("host", record.host)
      .text("target", record.target)
      .text("protocol", record.protocol)
      .number("status", record.status)
      .number("request_bytes", record.request_bytes)
      .number("response_bytes", record.response_bytes)
      .number("duration_us", record.duration_us)
      .text("junction", record.junction)
      .text("upstream", record.upstream)
      .number("upstream_us", record.upstream_us)
      .text("referer", record.referer)
      .text("user_agent", record.user_agent)
      .end();
}

std::string format_json(const AuditRecord& record) {
  return JsonLine()
      .text("time", format_utc(record.time))
      .text("event", record.event)
      .text("action", record.action)
      .text("outcome", record.outcome == Outcome::success ? "success" : "failure")
      .text("reason", record.reason)
      .text("user", record.user)
      .text("object", record.object)
      .text("method", record.method)
      .text("client", record.client_address)
      .text("request_id", record.request_id)
      .text("session", record.session)
      .text("detail", record.detail)
      .end();
}

}  // namespace sallyport::log

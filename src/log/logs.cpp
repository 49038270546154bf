#include "log/logs.hpp"

#include "base/text.hpp"

namespace sallyport::log {
namespace {

Result<> open_into(std::unique_ptr<LineSink>& sink, const std::string& path, LineSink::WhenFull when_full,
                   Duration interval) {
  if (path.empty()) return Result<>();
  auto opened = LineSink::open(path, when_full, interval);
  if (!opened) return fail(opened.error());
  sink = std::move(*opened);
  return Result<>();
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::error: return "error";
    case Level::warning: return "warning";
    case Level::notice: return "notice";
    case Level::info: return "info";
    case Level::debug: return "debug";
  }
  return "?";
}

}  // namespace

Result<std::unique_ptr<Logs>> Logs::open(const LogOptions& options) {
  std::unique_ptr<Logs> logs(new Logs(options));
  using WhenFull = LineSink::WhenFull;
  if (options.requests) {
    const auto ok = open_into(logs->requests_, options.request_file, WhenFull::drop, options.flush_interval);
    if (!ok) return fail(ok.error());
  }
  for (const auto& ok : {open_into(logs->audit_, options.audit_file, WhenFull::wait, Duration::zero()),
                         open_into(logs->events_, options.event_file, WhenFull::drop, Duration::zero())}) {
    if (!ok) return fail(ok.error());
  }
  return logs;
}

void Logs::request(const RequestRecord& record) {
  if (!requests_) return;
  using Style = LogOptions::RequestStyle;
  requests_->write(options_.request_style == Style::json
                       ? format_json(record)
                       : format_ncsa(record, options_.request_style == Style::combined, options_.gmt));
}

void Logs::audit(const AuditRecord& record) {
  if (audit_) audit_->write(format_json(record));
}

void Logs::event(Level level, std::string_view id, std::string_view text) {
  if (!events_ || level > options_.event_level) return;
  std::string line = format_utc(wall_now());
  line += ' ';
  line += name_of(level);
  line += ' ';
  line += id;
  line += ": ";
  line += log_escaped(text, 4096);
  events_->write(line);
}

Result<> Logs::reopen() {
  Result<> first;
  for (LineSink* const sink : {requests_.get(), audit_.get(), events_.get()}) {
    if (sink == nullptr) continue;
    const Result<> reopened = sink->reopen();
    if (!reopened && first) first = reopened;
  }
  return first;
}

void Logs::flush() {
  for (LineSink* const sink : {requests_.get(), audit_.get(), events_.get()}) {
    if (sink != nullptr) sink->flush();
  }
}

}  // namespace sallyport::log

#pragma once

#include <memory>
#include <string>

#include "log/line_sink.hpp"
#include "log/records.hpp"

namespace sallyport::log {

enum class Level : std::uint8_t { error, warning, notice, info, debug };

struct LogOptions {
  bool requests = true;
  std::string request_file;  // empty: none
  enum class RequestStyle : std::uint8_t { combined, common, json } request_style = RequestStyle::combined;
  bool gmt = false;
  std::string audit_file;  // empty: none
  std::string event_file = "-";
  Level event_level = Level::notice;
  Duration flush_interval = std::chrono::seconds(1);
};

// The process's logs. Thread-safe.
class Logs {
 public:
  static Result<std::unique_ptr<Logs>> open(const LogOptions& options);

  bool wants_requests() const { return requests_ != nullptr; }
  void request(const RequestRecord& record);
  void audit(const AuditRecord& record);
  // `id`: a stable name for the kind of event ("listener-open"); `text`: escaped here.
  void event(Level level, std::string_view id, std::string_view text);
  // Opens all files anew; the first error, with the rest still done.
  Result<> reopen();
  void flush();

 private:
  explicit Logs(const LogOptions& options) : options_(options) {}

  LogOptions options_;
  std::unique_ptr<LineSink> requests_;
  std::unique_ptr<LineSink> audit_;
  std::unique_ptr<LineSink> events_;
};

}  // namespace sallyport::log

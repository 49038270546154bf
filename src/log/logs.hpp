#pragma once

#include <memory>
#include <shared_mutex>
#include <string>

#include "log/line_sink.hpp"
#include "log/records.hpp"

namespace sallyport::log {

enum class Level : std::uint8_t { error, warning, notice, info, debug };

struct LogOptions {
  bool requests = true;
  std::string request_file;  // empty: none; "-": standard output, as for the audit log
  enum class RequestStyle : std::uint8_t { combined, common, json } request_style = RequestStyle::combined;
  bool gmt = false;
  std::string audit_file;  // empty: none
  std::string event_file = "-";  // "-": standard error
  Level event_level = Level::notice;
  Duration flush_interval = std::chrono::seconds(1);
};

// The process's logs. Thread-safe.
class Logs {
  struct Sinks {
    LogOptions options;
    std::shared_ptr<LineSink> requests;
    std::shared_ptr<LineSink> audit;
    std::shared_ptr<LineSink> events;
  };

 public:
  static Result<std::unique_ptr<Logs>> open(const LogOptions& options);

  // What other options need, all files open: made by prepare(), put into effect by apply(), which cannot fail. A change
  // that is dropped changes nothing.
  class Change {
   private:
    friend class Logs;
    std::shared_ptr<const Sinks> next_;
  };
  // Files that stay the same stay open. Errors: as of LineSink::open. Not at the same time as another prepare().
  Result<Change> prepare(const LogOptions& options) const;
  void apply(Change change);

  void request(const RequestRecord& record);
  void audit(const AuditRecord& record);
  // `id`: a stable name for the kind of event ("listener-open"); `text`: escaped here.
  void event(Level level, std::string_view id, std::string_view text);
  // Opens all files anew; the first error, with the rest still done.
  Result<> reopen();
  void flush();

 private:
  Logs() = default;

  // Held shared while a line is written, so that apply() knows when nobody uses the old files any more.
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const Sinks> sinks_ = std::make_shared<const Sinks>();
};

}  // namespace sallyport::log

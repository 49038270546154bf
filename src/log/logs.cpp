#include "log/logs.hpp"

#include <unistd.h>

#include "base/text.hpp"

namespace sallyport::log {
namespace {

// The sink that is there, if it leads to the same file.
Result<std::shared_ptr<LineSink>> sink_for(const std::string& path, const std::shared_ptr<LineSink>& before,
                                           LineSink::WhenFull when_full, Duration interval, int standard) {
  if (path.empty()) return std::shared_ptr<LineSink>();
  if (before && before->path() == path) return before;
  auto opened = LineSink::open(path, when_full, interval, standard);
  if (!opened) return fail(opened.error());
  return std::shared_ptr<LineSink>(std::move(*opened));
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
  std::unique_ptr<Logs> logs(new Logs);
  auto change = logs->prepare(options);
  if (!change) return fail(change.error());
  logs->apply(std::move(*change));
  return logs;
}

Result<Logs::Change> Logs::prepare(const LogOptions& options) const {
  using WhenFull = LineSink::WhenFull;
  std::shared_ptr<const Sinks> before;
  {
    const std::shared_lock lock(mutex_);
    before = sinks_;
  }
  const std::string request_file = options.requests ? options.request_file : "";
  auto requests = sink_for(request_file, before->requests, WhenFull::drop, options.flush_interval, STDOUT_FILENO);
  if (!requests) return fail(requests.error());
  auto audit = sink_for(options.audit_file, before->audit, WhenFull::wait, Duration::zero(), STDOUT_FILENO);
  if (!audit) return fail(audit.error());
  auto events = sink_for(options.event_file, before->events, WhenFull::drop, Duration::zero(), STDERR_FILENO);
  if (!events) return fail(events.error());
  Change change;
  change.next_ = std::make_shared<const Sinks>(
      Sinks{options, std::move(*requests), std::move(*audit), std::move(*events)});
  return change;
}

void Logs::apply(Change change) {
  if (change.next_->requests) change.next_->requests->set_flush_interval(change.next_->options.flush_interval);
  {
    const std::unique_lock lock(mutex_);
    sinks_.swap(change.next_);
  }
  // Here the files that are not used any more are written out and closed.
}

void Logs::request(const RequestRecord& record) {
  const std::shared_lock lock(mutex_);
  if (!sinks_->requests) return;
  using Style = LogOptions::RequestStyle;
  const Style style = sinks_->options.request_style;
  sinks_->requests->write(style == Style::json ? format_json(record)
                                               : format_ncsa(record, style == Style::combined, sinks_->options.gmt));
}

void Logs::audit(const AuditRecord& record) {
  const std::shared_lock lock(mutex_);
  if (sinks_->audit) sinks_->audit->write(format_json(record));
}

void Logs::event(Level level, std::string_view id, std::string_view text) {
  const std::shared_lock lock(mutex_);
  if (!sinks_->events || level > sinks_->options.event_level) return;
  std::string line = format_utc(wall_now());
  line += ' ';
  line += name_of(level);
  line += ' ';
  line += id;
  line += ": ";
  line += log_escaped(text, 4096);
  sinks_->events->write(line);
}

Result<> Logs::reopen() {
  const std::shared_lock lock(mutex_);
  Result<> first;
  for (LineSink* const sink : {sinks_->requests.get(), sinks_->audit.get(), sinks_->events.get()}) {
    if (sink == nullptr) continue;
    const Result<> reopened = sink->reopen();
    if (!reopened && first) first = reopened;
  }
  return first;
}

void Logs::flush() {
  const std::shared_lock lock(mutex_);
  for (LineSink* const sink : {sinks_->requests.get(), sinks_->audit.get(), sinks_->events.get()}) {
    if (sink != nullptr) sink->flush();
  }
}

}  // namespace sallyport::log

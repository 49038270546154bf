#include "server/used_codes_file.hpp"

#include <filesystem>
#include <optional>

#include "base/text.hpp"
#include "server/files.hpp"

namespace sallyport::server {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
constexpr unsigned kMode = 0600;

struct UsedCode {
  std::uint64_t step = 0;
  std::string_view user;
};

std::optional<UsedCode> read_line(std::string_view line) {
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos || blank + 1 == line.size()) return std::nullopt;
  const auto step = parse_unsigned(line.substr(0, blank));
  if (!step) return std::nullopt;
  return UsedCode{*step, line.substr(blank + 1)};
}

std::string line_of(const UsedCode& code) { return std::to_string(code.step) + ' ' + std::string(code.user) + '\n'; }

// Calls `take` with each line that can be read; the one behind the last line end has been cut.
template <class Take>
void each_line(std::string_view text, const Take& take) {
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    if (const auto code = read_line(text.substr(0, end))) take(*code);
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string used_codes_path(const config::Settings& settings) {
  if (!settings.totp.used_codes_file.empty()) return settings.totp.used_codes_file;
  return (std::filesystem::path(settings.policy.policy_db).parent_path() / "totp-used-codes").string();
}

Result<> UsedCodesFile::load(inbound::TotpMemory& memory, WallTime now, const crypto::TotpRules& rules) const {
  const auto text = read_file(path_, kMaxBytes);
  if (!text && text.error().code == Errc::not_found) return Result<>();
  if (!text) return fail(text.error());
  const std::uint64_t present = crypto::totp_step(now, rules);
  each_line(*text, [&](const UsedCode& code) {
    // One far ahead was written by a clock that was wrong; it would keep its user out until then.
    const bool can_match = code.step + rules.window >= present && code.step <= present + rules.window;
    if (can_match) memory.use(code.user, code.step, present, rules.window);
  });
  return Result<>();
}

Result<> UsedCodesFile::write(std::string_view folded_user, std::uint64_t step) {
  const std::lock_guard lock(mutex_);
  // Before the first line, too: what another process has left may be cut in the middle of a line.
  if (lines_ == 0 || lines_ >= max_lines_) {
    if (const Result<> shortened = shorten(step); !shortened) return shortened;
  }
  const Result<> appended = append_to_file(path_, line_of({step, folded_user}), kMode);
  lines_ = appended ? lines_ + 1 : 0;  // what has failed may have left a piece of a line, which the next one must not join
  return appended;
}

// `step`: of a code that is good now, so that those that are two windows older are not.
Result<> UsedCodesFile::shorten(std::uint64_t step) {
  const auto text = read_file(path_, kMaxBytes);
  if (!text && text.error().code == Errc::not_found) return Result<>();
  if (!text) return fail(text.error());
  constexpr std::uint64_t kKept = 2 * crypto::TotpRules().window;
  std::string kept;
  each_line(*text, [&](const UsedCode& code) {
    if (code.step + kKept >= step) kept += line_of(code);
  });
  lines_ = 0;
  return write_file(path_, kept, kMode);
}

async::Task<Result<>> UsedCodesFile::add(std::string folded_user, std::uint64_t step, async::Deadline deadline) {
  const auto job = [this, user = std::move(folded_user), step] { return write(user, step); };
  const Result<Result<>> written = co_await offload_.run(job, deadline);
  if (!written) co_return fail(written.error());
  co_return *written;
}

}  // namespace sallyport::server

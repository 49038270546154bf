#include "config/checks.hpp"
#include "config/schema.hpp"

namespace sallyport::config {
namespace {

using enum SettingType;
using enum TakesEffect;
template <auto Member>
inline constexpr Field step_up = field<&Settings::step_up, Member>;

constexpr SettingSpec kRows[] = {
    {.stanza = "authentication-levels",
     .key = "level",
     .type = choice,
     .field = field<&Settings::authentication_levels, &AuthenticationLevelSettings::level>,
     .default_text = "unauthenticated\npassword",
     .choices = kLevelNames,
     .takes_effect = restart,
     .summary = "A method of login, the weakest first; given once for each level.",
     .paragraph =
         "The first is unauthenticated and has the number 0, the next has the number 1, and so on. password: by form or "
         "by HTTP basic authentication; ssl: by client certificate; totp: by one-time code. No method is stronger by "
         "itself: the order says so. Protected object policies name levels by their numbers, see sallyport-policy(5); "
         "one that names a number without a level is refused.",
     .example = "password"},
    {.stanza = "level-lifetime",
     .key = "level",
     .type = text,
     .field = field<&Settings::level_lifetime>,
     .form = {is_duration, "a time (seconds, or a number with s, m, h or d) of at most 366 days"},
     .key_form = {is_level_but_the_first, "password, ssl or totp"},
     .takes_effect = live,
     .summary = "How long after its login a level counts.",
     .paragraph =
         "After that the session falls back to the level that it had before a step-up, if that one still counts, or its "
         "user has to log in again; each level has its own time. A level without a line here, or with 0, lasts as "
         "long as the session.",
     .example = "password = 8h"},
    {.stanza = "step-up",
     .key = "step-up-at-higher-level",
     .type = boolean,
     .field = step_up<&StepUpSettings::step_up_at_higher_level>,
     .default_text = "no",
     .takes_effect = live,
     .summary = "Whether a user who has to reach a level may do it by the method of a higher one."},
    {.stanza = "step-up",
     .key = "verify-step-up-user",
     .type = boolean,
     .field = step_up<&StepUpSettings::verify_step_up_user>,
     .default_text = "yes",
     .takes_effect = live,
     .summary = "Whether a step-up must be that of the user whose session it is.",
     .paragraph = "no: another user gets a session of his own in its place, without what the first one was doing."},
    {.stanza = "step-up",
     .key = "show-all-auth-prompts",
     .type = boolean,
     .field = step_up<&StepUpSettings::show_all_auth_prompts>,
     .default_text = "no",
     .takes_effect = live,
     .summary = "Whether somebody who is not logged in is offered all methods when an object asks for a level.",
     .paragraph = "no: those alone that reach it."},
};
static_assert(well_formed(kRows));

}  // namespace

std::span<const SettingSpec> step_up_rows() {
  return kRows;
}

}  // namespace sallyport::config

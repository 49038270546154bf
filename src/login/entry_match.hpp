#pragma once

#include <string>
#include <vector>

namespace sallyport::login {

// By what one user is to be found who has not said his name. Made of text that somebody has vouched for, but that is
// still text: whoever asks a directory with it escapes it.
struct EntryMatch {
  struct Condition {
    std::string attribute;
    std::string value;  // never empty

    friend bool operator==(const Condition&, const Condition&) = default;
  };

  std::string dn;                     // the entry of this distinguished name; empty: any user's
  std::vector<Condition> conditions;  // each of them must hold

  friend bool operator==(const EntryMatch&, const EntryMatch&) = default;
};

}  // namespace sallyport::login

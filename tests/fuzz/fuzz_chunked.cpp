// Chunked bodies: pieces give what the whole gives; payload lies inside the input; what was taken and is written anew
// is read as the same.
#include "check.hpp"
#include "http/chunked.hpp"

using namespace sallyport;
using namespace sallyport::http;

namespace {

struct Outcome {
  int status = 0;
  bool done = false;
  std::size_t consumed = 0;
  std::string payload;
  std::string trailers;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

ChunkedLimits small_limits() {
  ChunkedLimits limits;
  limits.max_extension_bytes = 20;
  limits.max_trailer_bytes = 60;
  limits.max_trailer_count = 3;
  return limits;
}

// With `cuts` the input comes in pieces.
Outcome decode(std::string_view input, fuzz::Cuts* cuts) {
  ChunkedDecoder decoder(small_limits());
  Outcome outcome;
  while (!input.empty() && !decoder.done()) {
    const std::string_view piece = cuts != nullptr ? input.substr(0, cuts->next(input.size())) : input;
    const auto step = decoder.step(piece);
    if (!step) return Outcome{step.error().status, false, 0, "", ""};
    fuzz::check(step->consumed > 0 && step->consumed <= piece.size(), "a step takes something");
    fuzz::check(step->data.empty() || step->data.data() + step->data.size() == piece.data() + step->consumed,
                "payload lies at the end of what was taken");
    outcome.payload += step->data;
    outcome.consumed += step->consumed;
    input.remove_prefix(step->consumed);
  }
  outcome.done = decoder.done();
  if (outcome.done) outcome.trailers = fuzz::text_of(decoder.trailers());
  return outcome;
}

}  // namespace

FUZZ_TARGET(chunked) {
  const std::string_view input = fuzz::text_of(data, size);
  const Outcome whole = decode(input, nullptr);
  fuzz::Cuts cuts(input);
  fuzz::check(whole == decode(input, &cuts), "pieces give what the whole gives");
  if (!whole.done) return 0;
  std::string bytes;
  if (!whole.payload.empty()) {
    append_chunk_header(bytes, whole.payload.size());
    bytes += whole.payload;
    append_chunk_end(bytes);
  }
  append_last_chunk(bytes);
  const Outcome again = decode(bytes, nullptr);
  fuzz::check(again.done && again.payload == whole.payload && again.consumed == bytes.size(), "written is read");
  return 0;
}

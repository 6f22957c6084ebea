import ConvAudioKit

/// What the command line adds to an error of the library: which option helps. The library has other users than this
/// program (Swift, C, Python), so it says what is wrong, and only this file knows the names of options.
///
/// One row an error. `nil` adds nothing.
func advice(for error: any Error) -> String? {
  switch error {
  default: nil
  }
}

/// The sentence for an error, with advice where there is some: "out.wav: already exists; use --force to replace it."
func sentence(for error: any Error) -> String {
  let text = "\(error)"
  guard let advice = advice(for: error) ?? fileAdvice(for: error) else { return text }
  return (text.hasSuffix(".") ? String(text.dropLast()) : text) + "; \(advice)."
}

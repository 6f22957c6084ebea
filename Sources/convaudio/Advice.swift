import ConvAudioKit

/// What the command line adds to an error of the library: the option or command that helps. The library has other users
/// than this program, so it says what is wrong, and only these two tables (this one and `Advice+Files`) know options.
///
/// - Returns: The second half of the sentence, without a full stop; nil: nothing to add.
func advice(for error: any Error) -> String? {
  switch error {
  case let error as ChainError: advice(for: error)
  case let error as ImpulseResponseError: advice(for: error)
  case let error as ChainPlanError: advice(for: error)
  case let error as ProcessingError: advice(for: error)
  case let error as StreamError: advice(for: error)
  case let error as PlacedFeatureError: advice(for: error.error)
  case let error as FeatureError: advice(for: error)
  default: nil
  }
}

private func advice(for error: ChainError) -> String? {
  switch error {
  case .noMetadata(_, "input_level_dbu"): "leave --input-level-dbu out"
  default: nil
  }
}

private func advice(for error: ChainPlanError) -> String? {
  switch error {
  case .responseAsPreset(let path), .responseAsModel(let path): "use --ir \(path)"
  case .presetAsModel(let path), .notAResponse(let path): "use -p \(path)"
  case .modelAsResponse(let path): "use --model \(path)"
  case .noResponse: nil
  }
}

private func advice(for error: ImpulseResponseError) -> String? {
  switch error {
  case .tooLong, .convolution(_, .memory): "raise --max-memory"
  default: nil
  }
}

private func advice(for error: ProcessingError) -> String? {
  switch error {
  case .sampleRate, .stretching: "use --rate-policy resample to convert it there and back"
  case .unknownExtension: "or choose the format with --format"
  default: nil
  }
}

private func advice(for error: FeatureError) -> String? {
  switch error {
  case .notFinite(_, _, _, let actual) where actual.isNaN: "use --missing to fill it in"
  case .invalidParameters("the bands", "a sample rate", _): "give one with --rate"
  default: nil
  }
}

private func advice(for error: StreamError) -> String? {
  switch error {
  case .sampleRate(_, let expected, let actual, _, let format, let channels):
    if format.rows != nil {
      "leave --rate out to take the rows as they come"
    } else if format == .wav {
      "put `sox -t wav - -r \(expected) -t wav -` before it"
    } else {
      "put `sox -t \(format.soxType) -r \(actual) -c \(channels) - -r \(expected) -t \(format.soxType) -` before it"
    }
  case .rateNeeded: "give it one with --rate"
  case .bitDepth: "leave --bit-depth out, or choose wav as --output-format"
  default: nil
  }
}

extension SignalFormat {
  /// SoX's name of a raw format, which is ours without the byte order.
  fileprivate var soxType: String { rawValue.hasSuffix("le") ? String(rawValue.dropLast(2)) : rawValue }
}

/// The sentence for an error, with advice where there is some: "out.wav: exists already; use --force to replace it."
func sentence(for error: any Error) -> String {
  let text = "\(error)"
  guard let advice = advice(for: error) ?? fileAdvice(for: error) else { return text }
  return (text.hasSuffix(".") ? String(text.dropLast()) : text) + "; \(advice)."
}

extension SampleRateConverter {
  /// Converts the next piece and returns all output that is ready; none at first, because the filters look ahead.
  ///
  /// - Parameter input: `channels` arrays of equal length, any length.
  /// - Returns: `channels` arrays of equal length.
  /// - Throws: `ResamplingError.channels`, `.lengths`.
  /// - Precondition: `finish` was not called.
  package func process(_ input: [[Sample]]) throws(ResamplingError) -> [[Sample]] {
    guard input.count == channels else { throw .channels(expected: channels...channels, actual: input.count) }
    let length = try Self.commonLength(of: input)
    var output = [[Sample]](repeating: [], count: channels)
    let piece = PlanarPiece<Sample>(channels: channels)
    for start in stride(from: 0, to: length, by: piece.frames) {
      let frames = piece.fill(from: input, at: start)
      try write(piece.readableChannels, frames: frames)
      try readAll(through: piece, to: &output)
    }
    return output
  }

  /// Ends the input and returns the rest of the output.
  package func finish() throws(ResamplingError) -> [[Sample]] {
    endInput()
    var output = [[Sample]](repeating: [], count: channels)
    try readAll(through: PlanarPiece<Sample>(channels: channels), to: &output)
    return output
  }

  private func readAll(
    through piece: PlanarPiece<Sample>, to output: inout [[Sample]]
  ) throws(ResamplingError) {
    while case let frames = try read(into: piece.channels, frames: piece.frames), frames > 0 {
      piece.append(frames: frames, to: &output)
    }
  }

  /// - Throws: `ResamplingError.lengths`.
  static func commonLength(of input: [[Sample]]) throws(ResamplingError) -> Int {
    let length = input.first?.count ?? 0
    for (channel, samples) in input.enumerated() where samples.count != length {
      throw .lengths(channel: channel, expected: length, actual: samples.count)
    }
    return length
  }
}

/// Resamples a whole signal, as `SampleRateConverter` does.
///
/// - Parameter input: Channels of equal length, at least one.
/// - Returns: As many channels of `round(frames · to / from)` samples.
/// - Throws: `ResamplingError`; `.tooLong` if the output would have more than 2³¹ − 1 samples.
package func resample<Sample: ConvertibleSample>(
  _ input: [[Sample]], from inputRateHz: Int, to outputRateHz: Int
) throws(ResamplingError) -> [[Sample]] {
  let ratio = try RateRatio(from: inputRateHz, to: outputRateHz)
  let frames = try SampleRateConverter<Sample>.commonLength(of: input)
  try ratio.checkArray(channels: input.count, inputFrames: frames)
  let converter = try SampleRateConverter<Sample>(ratio, channels: input.count)
  var output = try converter.process(input)
  for (channel, rest) in try converter.finish().enumerated() { output[channel] += rest }
  return output
}

extension RateRatio {
  /// - Throws: `ResamplingError.tooLong` if the output would be longer than an array may be.
  func checkArray(channels: Int, inputFrames: Int) throws(ResamplingError) {
    let samples = Int128(channels) * Int128(outputFrames(for: Int64(inputFrames)))
    guard samples <= Int128(Int32.max) else {
      throw .tooLong(expected: Int(Int32.max), actual: Int(min(samples, Int128(Int.max))))
    }
  }
}

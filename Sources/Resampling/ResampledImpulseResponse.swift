/// An impulse response at another sample rate.
package struct ResampledImpulseResponse: Sendable {
  /// Planar samples, channels of equal length.
  package let channels: [[Float]]
  /// The frame of the response's original first sample. The frames before it are ringing of the band limit.
  ///
  /// A convolver with this response has this much latency more, and removes it like any latency; cutting the frames off
  /// would change the response. 0 if the response starts with enough silence (about 3 ms at 44.1 kHz), or if the rates
  /// are equal.
  package let leadFrames: Int
}

/// Resamples an impulse response and keeps its effect on a sine: level and phase at every frequency.
///
/// ```
/// y[leadFrames + k] = from / to · h(k · from / to),   h the band-limited interpolation of the response
/// ```
/// The factor is needed because a convolution sums over samples: at twice the rate, twice as many samples of the same
/// height would make everything twice as loud. Many convolvers leave it out, so their level depends on the file's
/// sample rate.
///
/// - Length: the response and the ringing before and after it that matters: what is left out changes the
///   response at no frequency by more than 2⁻²⁴ of its root mean square over all frequencies.
/// - Numerics: computed in double precision, rounded to `Float` once. Up to 91 % of the lower Nyquist frequency the
///   response is kept within the bounds of `SampleRateConverter`; above Nyquist it is silent.
/// - Parameter response: Channels of equal length, at least one.
/// - Throws: `ResamplingError`; `.tooLong` if the output would have more than 2³¹ − 1 samples.
package func resampleImpulseResponse(
  _ response: [[Float]], from inputRateHz: Int, to outputRateHz: Int
) throws(ResamplingError) -> ResampledImpulseResponse {
  let ratio = try RateRatio(from: inputRateHz, to: outputRateHz)
  let length = try SampleRateConverter<Float>.commonLength(of: response)
  if inputRateHz == outputRateHz || length == 0 { return ResampledImpulseResponse(channels: response, leadFrames: 0) }
  try ratio.checkArray(channels: response.count, inputFrames: length + 2 * ratio.ringingInputFrames)
  let whole = try ratio.resampleWithRinging(response.map { $0.map(Double.init) })
  let gain = Double(inputRateHz) / Double(outputRateHz)
  let kept = whole.channels.map { samples in samples.map { $0 * gain } }
  let (front, back) = silentEnds(of: kept, atMostFront: whole.leadFrames)
  return ResampledImpulseResponse(
    channels: kept.map { $0[front..<($0.count - back)].map { Float($0) } }, leadFrames: whole.leadFrames - front)
}

extension RateRatio {
  /// The most input frames that an impulse rings for, before and after it. The filters reach about 150 frames of the
  /// lower rate to each side; beyond 1024 only rounding is left (`ImpulseResponseTests`).
  var ringingInputFrames: Int { 1024 * max(1, (inputRateHz + outputRateHz - 1) / outputRateHz) }

  /// The whole converted signal, including the ringing before its first frame.
  fileprivate func resampleWithRinging(
    _ input: [[Double]]
  ) throws(ResamplingError) -> (channels: [[Double]], leadFrames: Int) {
    // Silence before the first frame makes room for the ringing. It is as long as frames of both rates need to fall
    // together at its end; what is too much of it is skipped.
    let silence = (ringingInputFrames + inputPeriod - 1) / inputPeriod * inputPeriod
    let lead = Int(outputFrames(for: Int64(silence)))
    let kept = min(lead, Int(coveringOutputFrames(for: Int64(ringingInputFrames))))
    let converter = try SampleRateConverter<Double>(self, channels: input.count)
    let piece = PlanarPiece<Double>(channels: input.count)
    var output = [[Double]](repeating: [], count: input.count)
    var framesToDrop = lead - kept

    func readAll() throws(ResamplingError) {
      while case let frames = try converter.read(into: piece.channels, frames: piece.frames), frames > 0 {
        let dropped = min(framesToDrop, frames)
        framesToDrop -= dropped
        piece.append(from: dropped, frames: frames, to: &output)
      }
    }

    var left = silence
    while left > 0 {
      let frames = min(left, piece.frames)
      piece.clear()
      try converter.write(piece.readableChannels, frames: frames)
      try readAll()
      left -= frames
    }
    for start in stride(from: 0, to: input[0].count, by: piece.frames) {
      let frames = piece.fill(from: input, at: start)
      try converter.write(piece.readableChannels, frames: frames)
      try readAll()
    }
    converter.endInput(totalFrames: coveringOutputFrames(for: converter.framesWritten + Int64(ringingInputFrames)))
    try readAll()
    return (output, kept)
  }
}

/// How many frames can be cut at both ends: the sum of their magnitudes, both ends together, is at most 2⁻²⁴ of the
/// norm of every channel. By Parseval's theorem the norm is the root mean square of the response over all frequencies,
/// and no frequency's response changes by more than the sum of what was left out.
private func silentEnds(of channels: [[Double]], atMostFront: Int) -> (front: Int, back: Int) {
  var (front, back) = (atMostFront, channels[0].count - atMostFront)
  for samples in channels {
    let norm = samples.reduce(into: 0) { $0 += $1 * $1 }.squareRoot()
    let allowed = norm * 0x1p-25
    func length(_ samples: some Sequence<Double>) -> Int {
      var sum = 0.0
      var length = 0
      for sample in samples {
        sum += abs(sample)
        guard sum <= allowed else { break }
        length += 1
      }
      return length
    }
    front = min(front, length(samples))
    back = min(back, length(samples.reversed()))
  }
  return (front, back)
}

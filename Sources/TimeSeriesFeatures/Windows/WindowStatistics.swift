import Convolution
import StreamingConvolution

/// Simple statistics of windows of one channel: mean, standard deviation, RMS, peak, zero crossings, and energies in
/// bands.
///
/// - Shapes: samples of one channel → rows of 5 + bands numbers: `mean`, `std` (population), `rms`, `peak` (largest
///   absolute value), `zero_crossings` (sign changes between neighbours within the window, 0 counting as positive), and
///   for each band `energy_LOW_HIGHhz`, the sum of squares of the band's filter output.
/// - Streaming: a row is ready with its last sample. Band filters are causal: their output lags the other columns of
///   the row by `bandDelayFrames`, and silence precedes the stream.
/// - Numerics: sums in double precision, in the order of the samples.
public final class WindowStatistics: HopFeatures {
  /// A band of frequencies.
  public struct Band: Sendable, Equatable, CustomStringConvertible {
    /// Lower edge, in hertz.
    public let lowHz: Double
    /// Upper edge, in hertz.
    public let highHz: Double

    /// A band from `lowHz` to `highHz`; checked by `WindowStatistics`.
    public init(lowHz: Double, highHz: Double) { (self.lowHz, self.highHz) = (lowHz, highHz) }

    /// Reads `300-3400`; nil for anything else.
    public init?(_ text: String) {
      let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Double($0) }
      guard parts.count == 2, let low = parts[0], let high = parts[1] else { return nil }
      self.init(lowHz: low, highHz: high)
    }

    public var description: String { "\(shortNumber(lowHz))-\(shortNumber(highHz))" }
  }

  public let channels = 1
  public let names: [String]
  /// Delay of the band filters, in frames.
  public let bandDelayFrames: Int

  /// Channel 0 is the signal, the others are the outputs of the band filters.
  private let cutter: PlanarCutter
  private let filters: NetworkProcessor?
  private let filtered: [AlignedMemory]
  private let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let row: AlignedMemory

  private static let blockFrames = 1024

  /// - Parameters:
  ///   - bands: Between 0 Hz and half the sample rate.
  ///   - bandTaps: Number of taps of each band filter; odd. Its slopes are about 3.3 · rate / taps hertz wide.
  ///   - sampleRateHz: Needed for bands only.
  /// - Throws: `FeatureError`.
  public init(
    windowFrames: Int, hopFrames: Int, bands: [Band] = [], bandTaps: Int = 255, sampleRateHz: Double? = nil
  ) throws(FeatureError) {
    guard bands.count <= 256 else {
      throw .outOfRange(what: "the number of bands", expected: "at most 256", actual: bands.count)
    }
    guard (1...16_383).contains(bandTaps), bandTaps % 2 == 1 else {
      throw .outOfRange(what: "the number of taps", expected: "an odd number from 1 to 16383", actual: bandTaps)
    }
    cutter = try PlanarCutter(channels: 1 + bands.count, windowFrames: windowFrames, hopFrames: hopFrames)
    var responses: [Float] = []
    for band in bands {
      guard let rate = sampleRateHz, band.lowHz >= 0, band.lowHz < band.highHz, band.highHz <= rate / 2 else {
        throw .invalidParameters(
          place: "the bands",
          expected: sampleRateHz.map {
            "a lower and a higher frequency between 0 and half the sample rate, \(shortNumber($0 / 2)) Hz"
          } ?? "a sample rate",
          actual: sampleRateHz == nil ? "none" : "\(band)")
      }
      responses += BandPass.taps(lowHz: band.lowHz, highHz: band.highHz, sampleRateHz: rate, count: bandTaps)
    }
    if bands.isEmpty {
      filters = nil
    } else {
      do throws(GeometryError) {
        var network = Network(inputChannels: 1)
        let kernel = try CausalKernel(
          outputChannels: bands.count, inputChannels: 1, kernelSize: bandTaps, weights: responses)
        network.output = try network.convolve([(network.input, kernel)])
        filters = try NetworkProcessor(network, maximumBlockFrames: Self.blockFrames)
      } catch {
        throw .invalidParameters(place: "the bands", expected: "filters that can be run", actual: "\(error)")
      }
    }
    bandDelayFrames = bands.isEmpty ? 0 : bandTaps / 2
    filtered = bands.map { _ in AlignedMemory(count: Self.blockFrames + 64) }
    names =
      ["mean", "std", "rms", "peak", "zero_crossings"]
      + bands.map { "energy_\(shortNumber($0.lowHz))_\(shortNumber($0.highHz))hz" }
    row = AlignedMemory(count: names.count)
    // The first one is replaced by the input, block by block.
    outputs = .allocate(capacity: 1 + bands.count)
    outputs.initialize(from: [row.base] + filtered.map(\.base), count: 1 + bands.count)
  }

  deinit { outputs.deallocate() }

  public var framesToNextRow: Int { cutter.framesToNextWindow }

  public func push(
    _ input: UnsafePointer<UnsafePointer<Float>>, frames: Int, _ body: (HopRow) throws -> Void
  ) throws {
    var done = 0
    while done < frames {
      let count = min(frames - done, Self.blockFrames)
      outputs[0] = UnsafeMutablePointer(mutating: input[0] + done)
      if let filters {
        withUnsafePointer(to: input[0] + done) { _ = filters.process($0, into: outputs + 1, frames: count) }
      }
      try cutter.push(outputs, frames: count) { windows, start in
        measure(windows)
        try body(
          HopRow(
            values: UnsafeBufferPointer(start: row.base, count: names.count), start: start,
            end: start + cutter.windowFrames))
      }
      done += count
    }
  }

  public func finish(_ body: (HopRow) throws -> Void) throws {
    guard cutter.frames >= cutter.windowFrames else {
      throw FeatureError.tooShort(series: 0, expected: cutter.windowFrames, actual: cutter.frames)
    }
  }

  private func measure(_ windows: UnsafePointer<UnsafePointer<Float>?>) {
    let (x, count) = (windows[0]!, cutter.windowFrames)
    var (sum, squares) = (0.0, 0.0)
    var (peak, crossings) = (Float(0), 0)
    for index in 0..<count {
      let value = Double(x[index])
      sum += value
      squares += value * value
      // A NaN must not get lost.
      if !(abs(x[index]) <= peak), !peak.isNaN { peak = abs(x[index]) }
      if index > 0, (x[index] < 0) != (x[index - 1] < 0) { crossings += 1 }
    }
    let mean = sum / Double(count)
    var deviations = 0.0
    for index in 0..<count { deviations += (Double(x[index]) - mean) * (Double(x[index]) - mean) }
    row.base[0] = Float(mean)
    row.base[1] = Float((deviations / Double(count)).squareRoot())
    row.base[2] = Float((squares / Double(count)).squareRoot())
    row.base[3] = peak
    row.base[4] = Float(crossings)
    for band in filtered.indices {
      let y = windows[1 + band]!
      var energy = 0.0
      for index in 0..<count { energy += Double(y[index]) * Double(y[index]) }
      row.base[5 + band] = Float(energy)
    }
  }
}

/// The shortest spelling of a number: `300`, not `300.0`.
func shortNumber(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
}

import CConvolutionKernels

extension ConvolutionCosts {
  /// The table of this processor, measured in about `seconds` on the calling thread.
  ///
  /// Plans made from it can give other bits than those of `standard`, so the library never measures unless asked.
  ///
  /// - Parameters:
  ///   - name: The name of the table, which plans report.
  ///   - level: The instruction set. Default: the best one of this processor.
  public static func measured(
    name: String, seconds: Double = 2, level: KernelLevel = .selected
  ) -> ConvolutionCosts {
    var costs = ConvolutionCosts.standard
    costs.name = name
    let kernels = level.kernels
    let share = seconds / Double(transformCount + 6)

    let (taps, frames) = (512, 64)
    let (weights, x, y) = (noise(taps), noise(taps + frames + 32), noise(frames + 32))
    var call = cck_long_taps(
      weights: weights.base, taps: taps, x: x.base, y: y.base, frames: frames, adds: 0)
    costs.multiplyAdd = nanoseconds(for: share) { kernels.pointee.convolve_long(&call) } / Double(taps * frames)

    costs.transformFrame = (0..<transformCount).map { index in
      let transform = RightAngleTransform.shared(count: RightAngleTransform.counts.lowerBound << index)
      let n = transform.count
      let (samples, rows, spectrum) = (noise(2 * n), noise(2 * n), noise(2 * n))
      let one = nanoseconds(for: share) {
        // Forward and back on the same numbers, so that they stay bounded.
        transform.split(
          kernels, first: samples.base, second: samples.base + n, into: rows.base, columns: 0..<transform.columns)
        for row in 0..<transform.rowCount {
          let part = spectrum.base + 2 * row * transform.columns
          transform.forward(row: row, of: rows.base, to: part)
          transform.backward(row: row, from: part, to: rows.base)
        }
        transform.join(kernels, rows: rows.base, second: spectrum.base, columns: 0..<transform.columns)
      }
      return one / Double(n)
    }

    // Half of the second-level cache, half of the third-level cache, more than both.
    costs.product = [costs.productBytes[0] / 2, costs.productBytes[1] / 2, 3 * costs.productBytes[1]].map { bytes in
      let partitions = 16
      let chunks = max(1, bytes / 2 / 4 / SpectrumChunk.floats / partitions)
      let (a, b) = (
        noise(chunks * partitions * SpectrumChunk.floats), noise(chunks * partitions * SpectrumChunk.floats)
      )
      let sum = noise(chunks * SpectrumChunk.floats)
      var term = cck_spectral_term(x: a.base, x_slots: partitions, x_first: 0, h: b.base, partitions: partitions)
      let one = nanoseconds(for: share) { kernels.pointee.multiply_add_spectra(&term, 1, 0, chunks, sum.base) }
      return one / Double(chunks * partitions * SpectrumChunk.floats / 2)
    }

    // As `FFTConvolutionPlan` does it, on a grid that fits the second-level cache.
    let (count, width, pitch) = (256, SpectrumChunk.floats, 4 * SpectrumChunk.floats)
    let plan = FourierAxisPlan.shared(count: count, pitch: width / 2)
    let (grid, columns) = (noise(count * pitch), noise(count * width))
    costs.outerDoubling =
      nanoseconds(for: share) {
        for place in stride(from: 0, to: pitch, by: width) {
          for k in 0..<count { (columns.base + k * width).update(from: grid.base + place + k * pitch, count: width) }
          plan.forward(columns.base)
          // Forward and back would grow by the length each time.
          kernels.pointee.affine(1.0 / 16, 0, columns.base, columns.base, count * width)
          for k in 0..<count { (grid.base + place + k * pitch).update(from: columns.base + k * width, count: width) }
        }
      } / Double(count * pitch / 2 * 8)
    return costs
  }

  private static func noise(_ count: Int) -> AlignedMemory {
    let memory = AlignedMemory(count: count + Int(CCK_READ_SLACK))
    var state: UInt64 = 1
    for index in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      memory.base[index] = Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-32
    }
    return memory
  }

  /// The shortest time of one call, over batches that last about a millisecond each.
  private static func nanoseconds(for seconds: Double, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    body()
    var (best, count) = (Double.infinity, 1)
    let end = clock.now + .seconds(seconds)
    repeat {
      let time = clock.measure { for _ in 0..<count { body() } } / .nanoseconds(1)
      best = min(best, time / Double(count))
      if time < 1e6 { count *= 2 }
    } while clock.now < end
    return best
  }
}

/// A fault in the text of a table of costs.
public enum ConvolutionCostsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A line is not a known name with its numbers.
  case line(Int, expected: String, actual: String)
  /// A quantity is missing.
  case missing(String)

  /// One sentence with the line or the missing quantity.
  public var description: String {
    switch self {
    case .line(let line, let expected, let actual):
      "line \(line) of the table of costs is \"\(actual)\", expected \(expected)"
    case .missing(let name): "the table of costs has no \(name)"
    }
  }
}

extension ConvolutionCosts {
  private static let names = [
    "multiplyAdd", "transformFrame", "product", "productBytes", "step", "gridMultiplyAdd", "outerDoubling",
  ]
  private static let counts = [1, transformCount, 3, 2, 1, 1, 1]

  /// The table as lines of a name and its numbers, which `init(text:)` reads.
  public var text: String {
    let values = [
      [multiplyAdd], transformFrame, product, productBytes.map(Double.init), [step], [gridMultiplyAdd], [outerDoubling],
    ]
    let lines = zip(Self.names, values).map { name, values in
      ([name] + values.map { "\($0)" }).joined(separator: " ")
    }
    return (["name \(name)"] + lines).joined(separator: "\n") + "\n"
  }

  /// Reads what `text` wrote, the lines in any order.
  /// - Throws: `ConvolutionCostsError`.
  public init(text: String) throws(ConvolutionCostsError) {
    var (name, values): (String?, [String: [Double]]) = (nil, [:])
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() where !line.isEmpty
    {
      let words = line.split(separator: " ")
      if words.first == "name", words.count > 1 {
        name = words.dropFirst().joined(separator: " ")
        continue
      }
      guard let place = Self.names.firstIndex(where: { $0 == words.first ?? "" }) else {
        throw .line(index + 1, expected: "a name among \(Self.names.joined(separator: ", "))", actual: String(line))
      }
      let numbers = words.dropFirst().compactMap { Double($0) }
      guard words.count == Self.counts[place] + 1, numbers.count == Self.counts[place],
        numbers.allSatisfy({ $0 > 0 && $0 < 1e12 })
      else {
        throw .line(
          index + 1,
          expected: "\(Self.counts[place]) positive number\(Self.counts[place] == 1 ? "" : "s") after \(Self.names[place])",
          actual: String(line))
      }
      values[Self.names[place]] = numbers
    }
    guard let name else { throw .missing("name") }
    for wanted in Self.names where values[wanted] == nil { throw .missing(wanted) }
    func one(_ name: String) -> Double { values[name]?.first ?? 0 }
    self.init(
      name: name, multiplyAdd: one("multiplyAdd"), transformFrame: values["transformFrame"] ?? [],
      product: values["product"] ?? [], productBytes: (values["productBytes"] ?? []).map { Int($0) }, step: one("step"),
      gridMultiplyAdd: one("gridMultiplyAdd"), outerDoubling: one("outerDoubling"))
  }
}

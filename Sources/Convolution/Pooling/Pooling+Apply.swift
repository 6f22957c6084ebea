extension Pooling {
  /// Pools every channel of `input`.
  ///
  /// - Shapes: `[batch, channels, sizes…]` → `outputShape(input:)`.
  /// - Numerics: maxima are exact. Sums start at zero and take the window's positions in the order of the axes, the
  ///   last innermost, in double precision, where Float32's squares are exact; then one division or root, and one
  ///   rounding to Float32. Padding adds nothing.
  /// - Throws: as `outputShape(input:)`.
  /// - Complexity: O(outputs · kernel positions), without the positions outside the input.
  public func apply(to input: Tensor) throws(GeometryError) -> Tensor {
    var output = Tensor(try outputShape(input: input.shape))
    guard output.count > 0 else { return output }
    let windows = axes.indices.map {
      AxisWindows(axes[$0], size: input.shape[$0 + 2], outputs: output.shape[$0 + 2])
    }
    output.withUnsafeMutableValues { output in
      input.withUnsafeValues { input in
        switch kind {
        case .max: pool(Maximum.self, windows, input, output, counts: { _ in [] })
        case .average(true): pool(Mean.self, windows, input, output, counts: \.positionCounts)
        case .average(false): pool(Mean.self, windows, input, output, counts: \.inputCounts)
        case .l2: pool(Norm.self, windows, input, output, counts: { _ in [] })
        }
      }
    }
    return output
  }

  /// Goes over the rows of the output. A row of sums takes the rows of the input that the outer axes of its window meet,
  /// in order, and from each of these one run for each position of the innermost axis.
  private func pool<Rule: PoolingRule>(
    _: Rule.Type, _ windows: [AxisWindows], _ input: UnsafeBufferPointer<Float>,
    _ output: UnsafeMutableBufferPointer<Float>, counts: (AxisWindows) -> [Double]
  ) {
    let counts = windows.map(counts)
    let row = windows[windows.count - 1]
    let runs = (0..<row.kernel).map(row.outputs(reading:))
    let outer = windows.dropLast()
    let rows = outer.reduce(1) { $0 * $1.outputs }
    let plane = windows.reduce(1) { $0 * $1.size }
    let sums = UnsafeMutablePointer<Rule.Sum>.allocate(capacity: row.outputs)
    defer { sums.deallocate() }
    var place = [Int](repeating: 0, count: outer.count)
    var starts: [Int] = []
    var next: [Int] = []
    for planeStart in stride(from: 0, to: input.count, by: plane) {
      for rowIndex in 0..<rows {
        // Rows of the input that the window meets, in the order of the axes.
        starts.removeAll(keepingCapacity: true)
        starts.append(planeStart)
        var outerCount = 1.0
        var step = plane
        for (axis, window) in outer.enumerated() {
          step /= window.size
          next.removeAll(keepingCapacity: true)
          for start in starts {
            for position in window.inputs(of: place[axis]) { next.append(start + position * step) }
          }
          swap(&starts, &next)
          if Rule.divides { outerCount *= counts[axis][place[axis]] }
        }
        sums.initialize(repeating: Rule.start, count: row.outputs)
        for start in starts {
          for (position, run) in runs.enumerated() where !run.isEmpty {
            let first = start + run.lowerBound * row.stride + position * row.dilation - row.before
            Rule.take(
              UnsafePointer(input.baseAddress! + first), stride: row.stride, into: sums + run.lowerBound,
              count: run.count)
          }
        }
        let target = output.baseAddress! + (planeStart / plane * rows + rowIndex) * row.outputs
        for index in 0..<row.outputs {
          target[index] = Rule.value(
            sums[index], count: Rule.divides ? outerCount * counts[counts.count - 1][index] : 1)
        }
        for axis in outer.indices.reversed() {
          place[axis] += 1
          if place[axis] < outer[axis].outputs { break }
          place[axis] = 0
        }
      }
    }
  }
}

/// The windows along one axis.
private struct AxisWindows {
  let kernel: Int
  let stride: Int
  let dilation: Int
  let before: Int
  let after: Int
  let size: Int
  let outputs: Int

  init(_ axis: KernelAxis, size: Int, outputs: Int) {
    kernel = axis.kernel
    stride = axis.stride
    // With a single position the dilation has no meaning, and may be too large for the arithmetic below.
    dilation = axis.kernel == 1 ? 1 : axis.dilation
    let padding = axis.paddingCounts(size: size)
    before = padding.before
    after = padding.after
    self.size = size
    self.outputs = outputs
  }

  /// The outputs n for which a kernel position lies within the input:
  /// 0 ≤ n · stride + position · dilation − before < size.
  func outputs(reading position: Int) -> Range<Int> {
    let shift = before - position * dilation
    let first = shift > 0 ? (shift - 1) / stride + 1 : 0
    let last = size - 1 + shift
    let end = last < 0 ? 0 : min(outputs, last / stride + 1)
    return first < end ? first..<end : 0..<0
  }

  /// The inputs in the window of an output, in rising order.
  func inputs(of output: Int) -> StrideTo<Int> {
    let start = output * stride - before
    let skipped = start < 0 ? (-start - 1) / dilation + 1 : 0
    let first = start + skipped * dilation
    let left = kernel - skipped
    return Swift.stride(from: first, to: min(size, first + left * dilation), by: dilation)
  }

  /// Inputs in each output's window.
  var inputCounts: [Double] { (0..<outputs).map { Double(inputs(of: $0).underestimatedCount) } }

  /// Positions of each output's window in input and padding.
  var positionCounts: [Double] {
    (0..<outputs).map { output in
      let left = size + after - (output * stride - before)
      return Double(min(kernel, left > 0 ? (left - 1) / dilation + 1 : 0))
    }
  }
}

/// How a row of results is computed from runs of inputs. Types instead of closures, so that each rule gets its own loops.
private protocol PoolingRule {
  associatedtype Sum: BitwiseCopyable
  /// The result of no input.
  static var start: Sum { get }
  /// Whether the result depends on the number of positions.
  static var divides: Bool { get }
  static func including(_ input: Float, in sum: Sum) -> Sum
  static func value(_ sum: Sum, count: Double) -> Float
}

extension PoolingRule {
  /// Adds `count` inputs, `stride` apart, to `count` neighbouring sums.
  @inline(__always)
  static func take(_ inputs: UnsafePointer<Float>, stride: Int, into sums: UnsafeMutablePointer<Sum>, count: Int) {
    // The same loop twice: the first one is contiguous and becomes vectors.
    if stride == 1 {
      for index in 0..<count { sums[index] = including(inputs[index], in: sums[index]) }
    } else {
      for index in 0..<count { sums[index] = including(inputs[index &* stride], in: sums[index]) }
    }
  }
}

private enum Maximum: PoolingRule {
  static var start: Float { -.infinity }
  static var divides: Bool { false }
  // A NaN stays, since nothing is greater than it. The two conditions exclude each other; with "or", the second would be
  // a branch.
  @inline(__always)
  static func including(_ input: Float, in sum: Float) -> Float {
    (input > sum) != (input != input) ? input : sum
  }
  @inline(__always)
  static func value(_ sum: Float, count: Double) -> Float { sum }
}

private enum Mean: PoolingRule {
  static var start: Double { 0 }
  static var divides: Bool { true }
  @inline(__always)
  static func including(_ input: Float, in sum: Double) -> Double { sum + Double(input) }
  @inline(__always)
  static func value(_ sum: Double, count: Double) -> Float { Float(sum / count) }
}

private enum Norm: PoolingRule {
  static var start: Double { 0 }
  static var divides: Bool { false }
  @inline(__always)
  static func including(_ input: Float, in sum: Double) -> Double { sum + Double(input) * Double(input) }
  @inline(__always)
  static func value(_ sum: Double, count: Double) -> Float { Float(sum.squareRoot()) }
}

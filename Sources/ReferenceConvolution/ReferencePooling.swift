/// Pooling along any number of axes by its definition, in double precision.
///
/// ```swift
/// let halves = ReferencePooling.maximum.apply(to: image, axes: [ReferenceAxis(kernel: 2, stride: 2)])
/// ```
package enum ReferencePooling: Hashable, Sendable {
  /// The largest input of the window; −∞ in a window without inputs, NaN if any input is NaN.
  case maximum
  /// The mean of the window: its sum divided by the number of its inputs, or of its positions in input and padding.
  /// Positions beyond the padding (ceil mode) count in neither. NaN if nothing counts.
  case average(countsPadding: Bool)
  /// The square root of the sum of squares.
  case l2

  /// The pooling of every channel of `input`.
  ///
  /// - Shapes: `[batch, channels, axes…]` → the same with other sizes after the channels.
  /// - Parameter ceilMode: Rounds the number of outputs up; see `ReferenceAxis.outputSize`. Default false.
  package func apply(to input: ReferenceGrid, axes: [ReferenceAxis], ceilMode: Bool = false) -> ReferenceGrid {
    precondition(input.rank == axes.count, "input: expected \(axes.count + 2) axes, actual \(input.sizes.count)")
    let sizes = input.planeSizes
    let inputPlane = product(sizes)
    let outputSizes = zip(axes, sizes).map { $0.outputSize($1, ceilMode: ceilMode) }
    let outputPlane = product(outputSizes)
    var output = ReferenceGrid(Array(input.sizes.prefix(2)) + outputSizes, repeating: 0)
    for plane in 0..<outputPlane {
      let position = position(plane, in: outputSizes)
      let places = places(kernel: axes.map(\.kernel), sizes: sizes) { axis, tap in
        let window = axes[axis]
        let place = position[axis] * window.stride - window.before + tap * window.dilation
        if place >= sizes[axis] + window.after { return .nowhere }
        return ReferencePadding.zeros.source(of: place, size: sizes[axis])
      }
      for channel in 0..<input.sizes[0] * input.sizes[1] {
        var inputs: [Double] = []
        var positions = 0
        for place in places {
          switch place {
          case .nowhere: continue
          case .padding: positions += 1
          case .input(let offset):
            positions += 1
            inputs.append(input.values[channel * inputPlane + offset])
          }
        }
        output.values[channel * outputPlane + plane] = value(of: inputs, positions: positions)
      }
    }
    return output
  }

  /// The mean of every channel over all axes after the channels.
  ///
  /// - Shapes: `[batch, channels, axes…]` → `[batch, channels, 1…]`.
  package static func globalAverage(of input: ReferenceGrid) -> ReferenceGrid {
    let count = product(input.planeSizes)
    let means = (0..<input.sizes[0] * input.sizes[1]).map { channel in
      input.values[channel * count..<(channel + 1) * count].reduce(0, +) / Double(count)
    }
    return ReferenceGrid(Array(input.sizes.prefix(2)) + input.planeSizes.map { _ in 1 }, means)
  }

  private func value(of inputs: [Double], positions: Int) -> Double {
    switch self {
    case .maximum: inputs.contains(where: \.isNaN) ? .nan : inputs.max() ?? -.infinity
    case .average(let countsPadding): inputs.reduce(0, +) / Double(countsPadding ? positions : inputs.count)
    case .l2: inputs.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
  }
}

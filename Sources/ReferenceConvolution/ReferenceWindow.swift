/// A kernel or pooling window along one axis.
///
/// Output n reads, with its kernel position k, the input at `n·stride − before + k·dilation`.
package struct ReferenceAxis: Hashable, Sendable {
  /// Kernel positions.
  package let kernel: Int
  /// Input positions from one output to the next.
  package let stride: Int
  /// Input positions from one kernel position to the next.
  package let dilation: Int
  /// Positions added before the first input.
  package let before: Int
  /// Positions added after the last input.
  package let after: Int

  /// - Precondition: Kernel, stride and dilation are at least 1; no padding is negative.
  package init(kernel: Int, stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0) {
    precondition(kernel >= 1 && stride >= 1 && dilation >= 1, "kernel, stride and dilation are positive")
    precondition(before >= 0 && after >= 0, "padding is not negative")
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.before = before
    self.after = after
  }

  /// Input positions that one output spans: dilation · (kernel − 1) + 1.
  package var reach: Int { dilation * (kernel - 1) + 1 }

  /// Outputs for an input of `size` positions: `floor((size + before + after − reach) / stride) + 1`.
  ///
  /// - Parameter ceilMode: Rounds up instead, so that the last window may extend beyond the padding; a window that would
  ///   start after the last input is left out. Default false.
  /// - Precondition: The padded input is no shorter than the reach.
  package func outputSize(_ size: Int, ceilMode: Bool = false) -> Int {
    let room = size + before + after - reach
    precondition(room >= 0, "padded size: expected at least \(reach), actual \(size + before + after)")
    let outputs = room / stride + 1
    guard ceilMode, room % stride != 0, outputs * stride < size + before else { return outputs }
    return outputs + 1
  }
}

/// The values in the padding.
package enum ReferencePadding: Hashable, Sendable {
  /// 0: nothing is added, whatever the weight.
  case zeros
  /// A number.
  case constant(Float)
  /// The input mirrored at its border, without repeating the border: `c b | a b c | b a`. Must be less than the input.
  case reflect
  /// The value at the border, repeated.
  case replicate
  /// The other end of the input (circular). Must not be more than the input.
  case circular

  /// What position `place` of an axis reads; it may be outside 0 ..< size.
  func source(of place: Int, size: Int) -> ReferencePlace {
    if place >= 0 && place < size { return .input(place) }
    switch self {
    case .zeros, .constant:
      return .padding
    case .reflect:
      let mirrored = place < 0 ? -place : 2 * (size - 1) - place
      precondition(mirrored >= 0 && mirrored < size, "reflected padding is less than the input")
      return .input(mirrored)
    case .replicate:
      precondition(size > 0, "there is a border to be replicated")
      return .input(place < 0 ? 0 : size - 1)
    case .circular:
      let wrapped = place < 0 ? place + size : place - size
      precondition(wrapped >= 0 && wrapped < size, "circular padding is no more than the input")
      return .input(wrapped)
    }
  }

  /// The number in the padding; nil when padding adds nothing.
  var value: Double? {
    if case .constant(let value) = self { Double(value) } else { nil }
  }
}

/// What one kernel position reads for one output.
enum ReferencePlace {
  /// The input at this offset within a channel.
  case input(Int)
  /// The padding.
  case padding
  /// Nothing: this output has no such tap.
  case nowhere

  /// The place along one more axis, the next inner one.
  func then(_ inner: ReferencePlace, size: Int) -> ReferencePlace {
    switch (self, inner) {
    case (.nowhere, _), (_, .nowhere): .nowhere
    case (.padding, _), (_, .padding): .padding
    case (.input(let outer), .input(let place)): .input(outer * size + place)
    }
  }
}

/// The places of all kernel positions for one output, in the order of the weights.
///
/// - Parameters:
///   - kernel: Kernel positions of each axis.
///   - sizes: The input's size along each axis.
///   - along: The place of a kernel position along a single axis.
func places(
  kernel: [Int], sizes: [Int], along: (_ axis: Int, _ tap: Int) -> ReferencePlace
) -> [ReferencePlace] {
  var places = [ReferencePlace.input(0)]
  for axis in kernel.indices {
    let inner = (0..<kernel[axis]).map { along(axis, $0) }
    places = places.flatMap { outer in inner.map { outer.then($0, size: sizes[axis]) } }
  }
  return places
}

import CConvolutionKernels

extension Tensor {
  /// The sum, element by element.
  ///
  /// - Throws: `GeometryError.rank` or `.axis` when the shapes differ.
  public func adding(_ other: Tensor) throws(GeometryError) -> Tensor {
    guard other.shape.rank == shape.rank else {
      throw .rank(of: "summand", expected: shape.rank, actual: other.shape.rank)
    }
    for axis in shape.sizes.indices where other.shape[axis] != shape[axis] {
      throw .axis(axis, of: "summand", expected: shape[axis], actual: other.shape[axis])
    }
    var output = Tensor(shape)
    let kernels = KernelLevel.selected.kernels
    output.withUnsafeMutableValues { output in
      withUnsafeValues { a in
        other.withUnsafeValues { b in
          kernels.pointee.add(a.baseAddress!, b.baseAddress!, output.baseAddress!, count)
        }
      }
    }
    return output
  }

  /// The tensors concatenated along an axis.
  ///
  /// - Shapes: equal except along `axis`, where the sizes are added.
  /// - Throws: `GeometryError.tooSmall` without a tensor; `.rank`, `.axis` when the shapes do not fit; `.tooSmall`,
  ///   `.tooLarge` for an axis that does not exist; `.overflow`.
  public static func concatenating(_ tensors: [Tensor], axis: Int) throws(GeometryError) -> Tensor {
    guard let first = tensors.first else { throw .tooSmall(what: "the number of tensors", minimum: 1, actual: 0) }
    try first.checkAxis(axis)
    var sizes = first.shape.sizes
    for tensor in tensors.dropFirst() {
      guard tensor.shape.rank == sizes.count else {
        throw .rank(of: "concatenated tensor", expected: sizes.count, actual: tensor.shape.rank)
      }
      for other in sizes.indices where other != axis && tensor.shape[other] != sizes[other] {
        throw .axis(other, of: "concatenated tensor", expected: sizes[other], actual: tensor.shape[other])
      }
      // No overflow: sizes are small, and `Shape` checks each sum before the next one is added.
      sizes[axis] = try Shape([sizes[axis] + tensor.shape[axis]])[0]
    }
    var output = Tensor(try Shape(sizes))
    guard output.count > 0 else { return output }
    let outer = sizes[..<axis].reduce(1, *)
    let row = output.count / outer
    output.withUnsafeMutableValues { output in
      var place = 0
      for tensor in tensors {
        let run = tensor.count / outer
        tensor.withUnsafeValues { values in
          for index in 0..<outer where run > 0 {
            (output.baseAddress! + index * row + place).update(from: values.baseAddress! + index * run, count: run)
          }
        }
        place += run
      }
    }
    return output
  }

  /// A pointwise function of every element.
  ///
  /// - Shapes: any → the same; `[batch, channels, sizes…]` for one slope per channel.
  /// - Numerics: see `Activation`.
  /// - Throws: For `Activation.prelu`, `GeometryError.tooSmall` without a channel axis; `.count` when the number of slopes
  ///   is not the number of channels.
  public func applying(_ activation: Activation) throws(GeometryError) -> Tensor {
    var rows = 1
    var channels = 1
    if activation == .identity { return self }
    if let slopes = activation.channelSlopes {
      guard shape.rank >= 2 else { throw .tooSmall(what: "the rank", minimum: 2, actual: shape.rank) }
      guard slopes.count == shape[1] else { throw .count(of: "slopes", expected: shape[1], actual: slopes.count) }
      channels = shape[1]
      rows = shape[0] * channels
    }
    var output = Tensor(shape)
    guard count > 0 else { return output }
    let kernels = KernelLevel.selected.kernels
    let run = count / rows
    // Safe because a tensor's memory is readable for CCK_READ_SLACK floats after its end, so also after every row.
    output.withUnsafeMutableValues { output in
      withUnsafeValues { input in
        for row in 0..<rows {
          kernels.pointee.activate(
            activation.kernelCode, activation.slope(channel: row % channels), input.baseAddress! + row * run,
            output.baseAddress! + row * run, run)
        }
      }
    }
    return output
  }

  /// Throws for an axis that does not exist.
  func checkAxis(_ axis: Int) throws(GeometryError) {
    guard axis >= 0 else { throw .tooSmall(what: "the axis", minimum: 0, actual: axis) }
    guard axis < shape.rank else { throw .tooLarge(what: "the axis", maximum: shape.rank - 1, actual: axis) }
  }
}

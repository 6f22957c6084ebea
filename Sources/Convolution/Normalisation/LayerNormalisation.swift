import CConvolutionKernels

/// Layer normalisation: the last axes are brought to mean 0 and variance 1 together, then every element of them is scaled
/// and shifted.
///
/// ```
/// y[…,n] = scale[n] · (x[…,n] − mean[…]) / √(variance[…] + epsilon) + shift[n]
/// ```
/// - Shapes: `[sizes…, normalised sizes…]` → the same.
/// - Numerics: mean and variance (divided by the count) in double precision, see `RunSums`; then in Float32 one fused
///   multiply-add, one product and one sum per element. With u = 2⁻²⁴, gain = 1 / √(variance + epsilon) and
///   z = gain · (x − mean), |error| ≤ u(|scale|(|gain · x| + |gain · mean| + 2|z|) + |y|), to first order.
public struct LayerNormalisation: Sendable {
  /// The sizes of the axes that are normalised together.
  public let shape: Shape
  /// Gamma or weight in other frameworks; has the normalised shape.
  public let scale: Tensor
  /// Beta or bias in other frameworks; has the normalised shape.
  public let shift: Tensor
  /// Added to the variance.
  public let epsilon: Double

  /// - Parameters:
  ///   - shape: The sizes of the last axes of the input.
  ///   - scale: In the order of these axes. Default 1.
  ///   - shift: In the order of these axes. Default 0.
  ///   - epsilon: Default 1e-5, as in PyTorch and ONNX.
  /// - Throws: `GeometryError.tooSmall` without axes; `.count`.
  public init(
    shape: Shape, scale: [Float]? = nil, shift: [Float]? = nil, epsilon: Double = 1e-5
  ) throws(GeometryError) {
    guard shape.rank >= 1 else { throw .tooSmall(what: "the rank", minimum: 1, actual: 0) }
    self.shape = shape
    self.scale = try Tensor(shape, values: scale ?? [Float](repeating: 1, count: shape.count))
    self.shift = try Tensor(shape, values: shift ?? [Float](repeating: 0, count: shape.count))
    self.epsilon = epsilon
  }

  /// Normalises every run of the last axes.
  /// - Throws: `GeometryError.tooSmall` for too few axes; `.axis` for a wrong size.
  public func apply(to input: Tensor) throws(GeometryError) -> Tensor {
    let outer = input.shape.rank - shape.rank
    guard outer >= 0 else { throw .tooSmall(what: "the rank", minimum: shape.rank, actual: input.shape.rank) }
    for axis in shape.sizes.indices where input.shape[outer + axis] != shape[axis] {
      throw .axis(outer + axis, of: "input", expected: shape[axis], actual: input.shape[outer + axis])
    }
    guard input.count > 0 else { return input }
    var output = Tensor(input.shape)
    let kernels = KernelLevel.selected.kernels
    let run = shape.count
    // Safe because a tensor's memory is readable for CCK_READ_SLACK floats after its end, so also after every row.
    output.withUnsafeMutableValues { output in
      input.withUnsafeValues { input in
        scale.withUnsafeValues { scale in
          shift.withUnsafeValues { shift in
            for start in stride(from: 0, to: input.count, by: run) {
              let row = UnsafeBufferPointer(rebasing: input[start..<start + run])
              let (mean, gain) = RunSums.standardising(row, epsilon: epsilon)
              let target = output.baseAddress! + start
              kernels.pointee.affine(Float(gain), Float(-mean * gain), row.baseAddress!, target, run)
              kernels.pointee.multiply(target, scale.baseAddress!, target, run)
              kernels.pointee.add(target, shift.baseAddress!, target, run)
            }
          }
        }
      }
    }
    return output
  }
}

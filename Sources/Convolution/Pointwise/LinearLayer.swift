import CConvolutionKernels

/// A linear layer, which frameworks also call dense or fully connected.
///
/// ```
/// y[…, o] = bias[o] + Σ_i weights[o, i] · x[…, i]
/// ```
/// - Shapes: `[sizes…, inputs]` → `[sizes…, outputs]`; weights `[outputs, inputs]`.
/// - Numerics: start at the bias, inputs in order, one fused multiply-add each: the bits of a convolution with a
///   kernel of 1. With u = 2⁻²⁴ and n inputs, |error| ≤ n·u·(|bias| + Σ|w||x|) + n·2⁻¹²⁶.
public struct LinearLayer: Sendable {
  /// Inputs per row.
  public let inputs: Int
  /// Outputs per row.
  public let outputs: Int
  /// The bias, then the weights of each input in turn: `[inputs + 1, outputs]`. The outputs take the place of the tap
  /// kernel's frames, so its vectors go across them.
  private let columns: Tensor

  /// - Parameters:
  ///   - weights: `[outputs, inputs]`.
  ///   - bias: One per output. Default 0.
  /// - Throws: `GeometryError.rank`, `.count`, `.overflow`.
  public init(weights: Tensor, bias: [Float]? = nil) throws(GeometryError) {
    guard weights.shape.rank == 2 else { throw .rank(of: "weights", expected: 2, actual: weights.shape.rank) }
    let (outputs, inputs) = (weights.shape[0], weights.shape[1])
    if let bias, bias.count != outputs { throw .count(of: "biases", expected: outputs, actual: bias.count) }
    self.outputs = outputs
    self.inputs = inputs
    var columns = Tensor(try Shape([inputs + 1, outputs]))
    columns.withUnsafeMutableValues { columns in
      weights.withUnsafeValues { weights in
        for output in 0..<outputs {
          columns[output] = bias?[output] ?? 0
          for input in 0..<inputs { columns[(input + 1) * outputs + output] = weights[output * inputs + input] }
        }
      }
    }
    self.columns = columns
  }

  /// Applies the layer to every row of the last axis.
  ///
  /// - Throws: `GeometryError.tooSmall` without axes; `.axis` for a wrong number of inputs; `.overflow`.
  /// - Complexity: O(rows · inputs · outputs).
  public func apply(to input: Tensor) throws(GeometryError) -> Tensor {
    guard let last = input.shape.sizes.last else { throw .tooSmall(what: "the rank", minimum: 1, actual: 0) }
    guard last == inputs else {
      throw .axis(input.shape.rank - 1, of: "input", expected: inputs, actual: last)
    }
    var output = Tensor(try Shape(input.shape.sizes.dropLast() + [outputs]))
    guard output.count > 0 else { return output }
    let rows = output.count / outputs
    let taps = inputs + 1
    // A few rows at a time, so that the packed copy stays small. The blocks do not change the bits.
    let block = min(rows, 4 * Int(CCK_ROW_BLOCK))
    var packed = [Float](repeating: 1, count: block * taps)
    output.withUnsafeMutableValues { output in
      input.withUnsafeValues { input in
        for first in stride(from: 0, to: rows, by: block) {
          let count = min(block, rows - first)
          for row in 0..<count {
            packed[Int(cck_packed_weight(count, taps, row, 0))] = 1
            for tap in 1..<taps {
              packed[Int(cck_packed_weight(count, taps, row, tap))] = input[(first + row) * inputs + tap - 1]
            }
          }
          multiply(packed, rows: count, into: output.baseAddress! + first * outputs)
        }
      }
    }
    return output
  }

  /// The tap kernel with its parts exchanged: the rows of the input, packed, are its weights, and the columns of the
  /// weights its input. The first tap is the bias, times 1.
  private func multiply(_ packed: [Float], rows: Int, into output: UnsafeMutablePointer<Float>) {
    let zeros = [Float](repeating: 0, count: rows)
    let offsets = (0...inputs).map { $0 * outputs }
    var call = cck_convolution()
    call.outputs = rows
    call.frames = outputs
    call.source_count = 1
    call.activation = Int32(CCK_IDENTITY.rawValue)
    call.y = output
    call.y_stride = outputs
    // Safe because the last tap's row ends with `columns`, whose memory has CCK_READ_SLACK floats after it.
    columns.withUnsafeValues { columns in
      offsets.withUnsafeBufferPointer { offsets in
        packed.withUnsafeBufferPointer { packed in
          zeros.withUnsafeBufferPointer { zeros in
            let source = cck_source(
              base: columns.baseAddress!, offsets: offsets.baseAddress!, taps: offsets.count, separate: 0)
            withUnsafePointer(to: source) { source in
              call.sources = source
              call.weights = packed.baseAddress!
              call.bias = zeros.baseAddress!
              call.parameters = zeros.baseAddress!
              KernelLevel.selected.kernels.pointee.convolve(&call)
            }
          }
        }
      }
    }
  }
}

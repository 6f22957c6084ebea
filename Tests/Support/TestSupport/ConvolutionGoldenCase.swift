import Foundation

/// One operation on grids, with its inputs and reference output, written by
/// `Tools/golden/make_convolution_golden.py`.
///
/// ```swift
/// @Test(arguments: ConvolutionGoldenCase.all(.convolution))
/// func equalsPyTorch(_ golden: ConvolutionGoldenCase) throws {
///   let input = golden["input"]   // shape and Float32 values
///   …
///   // compare with golden.truth, shape and double-precision values
/// }
/// ```
/// Unused fields are nil or empty; the meanings are those of `ReferenceConvolution`.
public struct ConvolutionGoldenCase: Sendable, CustomStringConvertible {
  /// What is computed.
  public enum Operation: String, Decodable, Sendable, CaseIterable {
    case convolution, transposedConvolution
    case maximumPooling, averagePooling, l2Pooling, globalAverage
    case batchNormalisation, layerNormalisation, groupNormalisation, instanceNormalisation
    case softmax, linear
  }

  /// What to pad with.
  public enum Mode: String, Decodable, Sendable, CaseIterable {
    case zeros, constant, reflect, replicate, circular
  }

  /// How `before` and `after` were chosen.
  public enum Padding: String, Decodable, Sendable, CaseIterable {
    case explicit, valid, same, sameUpper, sameLower, full, causal
  }

  /// One axis after batch and channels.
  public struct Axis: Decodable, Sendable {
    public let kernel: Int
    public let stride: Int
    public let dilation: Int
    /// Padding in positions; for a transposed convolution, outputs left out.
    public let before: Int
    public let after: Int
    /// Of a transposed convolution.
    public let outputPadding: Int?
  }

  /// The numbers of one case in `cases.json`.
  public struct Facts: Decodable, Sendable {
    /// Unique; describes the case.
    public let name: String
    public let operation: Operation
    /// One per axis after batch and channels, for convolution and pooling.
    public let axes: [Axis]?
    public let padding: Padding?
    public let mode: Mode?
    /// The number in the padding for `Mode.constant`.
    public let constant: Float?
    public let groups: Int?
    /// Whether the kernel is mirrored along all axes.
    public let isMirrored: Bool?
    /// Of pooling: whether sizes are rounded up.
    public let ceilMode: Bool?
    /// Of average pooling.
    public let countsPadding: Bool?
    /// Of normalisations; a number that Float32 holds exactly.
    public let epsilon: Double?
    /// Of layer normalisation: how many of the last axes.
    public let normalisedAxes: Int?
    /// Of softmax.
    public let axis: Int?
    /// The largest error of PyTorch's Float32 run: what is ordinary, where there is no bound of our own.
    public let float32MaximumError: Double

    fileprivate let tensors: [String: Place]
    fileprivate let output: Place
  }

  /// Numbers in a grid, the last axis innermost.
  public struct Grid<Element: Sendable>: Sendable {
    public let shape: [Int]
    public let values: [Element]
  }

  /// What `cases.json` says about the case.
  public let facts: Facts
  /// PyTorch's double-precision output.
  public let truth: Grid<Double>
  /// By name: `input`, `weights`, `bias`, `scale`, `shift`, `mean`, `variance`, as far as the operation has them.
  public let tensors: [String: Grid<Float>]

  public var description: String { facts.name }

  /// The tensor of that name.
  /// - Precondition: The case has it.
  public subscript(name: String) -> Grid<Float> {
    guard let tensor = tensors[name] else { preconditionFailure("\(self) has no \(name)") }
    return tensor
  }

  /// All cases in the script's order. None when the files cannot be read, which a test of their count will see.
  public static let all: [ConvolutionGoldenCase] = (try? read()) ?? []

  /// The cases of these operations.
  public static func all(_ operations: Operation...) -> [ConvolutionGoldenCase] {
    all.filter { operations.contains($0.facts.operation) }
  }

  fileprivate struct Place: Decodable, Sendable {
    let shape: [Int]
    let offset: Int
    var range: Range<Int> { offset..<offset + shape.reduce(1, *) }
  }

  private static func read() throws -> [ConvolutionGoldenCase] {
    struct Record: Decodable { let cases: [Facts] }
    let folder = PackageFolders.root.appendingPathComponent("Tests/ConvolutionTests/Golden/operations")
    let record = try Data(contentsOf: folder.appendingPathComponent("cases.json"))
    let inputs = try numbers(folder.appendingPathComponent("inputs.f32"), as: UInt32.self)
      .map { Float(bitPattern: UInt32(littleEndian: $0)) }
    let outputs = try numbers(folder.appendingPathComponent("outputs.f64"), as: UInt64.self)
      .map { Double(bitPattern: UInt64(littleEndian: $0)) }
    return try JSONDecoder().decode(Record.self, from: record).cases.map { facts in
      ConvolutionGoldenCase(
        facts: facts,
        truth: Grid(shape: facts.output.shape, values: Array(outputs[facts.output.range])),
        tensors: facts.tensors.mapValues { Grid(shape: $0.shape, values: Array(inputs[$0.range])) })
    }
  }

  private static func numbers<Bits: FixedWidthInteger>(_ url: URL, as: Bits.Type) throws -> [Bits] {
    let data = try Data(contentsOf: url)
    let size = MemoryLayout<Bits>.size
    return data.withUnsafeBytes { bytes in
      (0..<data.count / size).map { bytes.loadUnaligned(fromByteOffset: $0 * size, as: Bits.self) }
    }
  }
}

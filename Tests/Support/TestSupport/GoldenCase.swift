import Foundation

/// The folders of this package, as they were when the tests were compiled.
public enum PackageFolders {
  /// Where `Package.swift` lies.
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}

/// A network, an input and its reference output, written by `make_wavenet_golden.py` and `make_nam_golden.py` in
/// `Tools/golden`.
public struct GoldenCase: Sendable, CustomStringConvertible {
  /// The numbers of one case in `cases.json`.
  public struct Facts: Decodable, Sendable {
    public let name: String
    public let frames: Int
    public let inputChannels: Int
    public let outputChannels: Int
    /// Of presets.
    public let historyFrames: Int?
    /// Of models: share of one that has several sizes.
    public let size: Double?
    /// The reference's RMS level by convention of the past (`silence`, `zeroHistory`).
    public let rms: [String: Double]
    /// The RMS error of PyTorch's Float32 run, by the same conventions. Ours may be twice that.
    public let float32RMSError: [String: Double]
  }

  /// The case's numbers from `cases.json`.
  public let facts: Facts
  /// The folder of the case's files.
  public let folder: URL

  public var description: String { facts.name }
  /// The preset, whose weights lie beside it.
  public var preset: URL { folder.appendingPathComponent("preset.json") }
  /// The preset's weights.
  public var weights: URL { folder.appendingPathComponent("weights.safetensors") }

  /// The model of a `.nam` file.
  public var model: URL { folder.appendingPathComponent("model.nam") }

  /// All WaveNet cases, which are presets, in the script's order.
  public static func wavenets() throws -> [GoldenCase] { try all(in: "wavenet") }

  /// All `.nam` cases, in the script's order.
  public static func models() throws -> [GoldenCase] { try all(in: "nam") }

  private static func all(in folder: String) throws -> [GoldenCase] {
    struct Record: Decodable { let cases: [Facts] }
    let golden = PackageFolders.root.appendingPathComponent("Tests/ConvAudioKitTests/Golden/\(folder)")
    let data = try Data(contentsOf: golden.appendingPathComponent("cases.json"))
    return try JSONDecoder().decode(Record.self, from: data).cases
      .map { GoldenCase(facts: $0, folder: golden.appendingPathComponent($0.name)) }
  }

  /// The input, one array a channel.
  public func input() throws -> [[Float]] {
    try read("input.f32", as: UInt32.self, channels: facts.inputChannels)
      .map { $0.map { Float(bitPattern: UInt32(littleEndian: $0)) } }
  }

  /// The double-precision output, one array a channel.
  /// - Parameter past: `silence` or `zeroHistory`, the raw values of `Past`.
  public func truth(past: String) throws -> [[Double]] {
    try read("\(past).f64", as: UInt64.self, channels: facts.outputChannels)
      .map { $0.map { Double(bitPattern: UInt64(littleEndian: $0)) } }
  }

  private func read<Bits: FixedWidthInteger>(_ name: String, as: Bits.Type, channels: Int) throws -> [[Bits]] {
    try planarNumbers(folder.appendingPathComponent(name), as: Bits.self, channels: channels, frames: facts.frames)
  }
}

/// Planar little-endian numbers of a file without header.
/// - Precondition: The file holds just these.
func planarNumbers<Bits: FixedWidthInteger>(
  _ file: URL, as: Bits.Type, channels: Int, frames: Int
) throws -> [[Bits]] {
  let data = try Data(contentsOf: file)
  let size = MemoryLayout<Bits>.size
  precondition(data.count == channels * frames * size, "\(file.path) has \(data.count) bytes")
  let all = data.withUnsafeBytes { bytes in
    (0..<data.count / size).map { bytes.loadUnaligned(fromByteOffset: $0 * size, as: Bits.self) }
  }
  return (0..<channels).map { Array(all[$0 * frames..<($0 + 1) * frames]) }
}

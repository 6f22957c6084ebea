import Foundation

/// The folders of this package, as they were when the tests were compiled.
public enum PackageFolders {
  /// Where `Package.swift` lies.
  public static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}

/// A network, an input and the truth about its output, as `Tools/golden/make_wavenet_golden.py` wrote them.
public struct GoldenCase: Sendable, CustomStringConvertible {
  /// The numbers of `cases.json` that belong to one case.
  public struct Facts: Decodable, Sendable {
    public let name: String
    public let frames: Int
    public let inputChannels: Int
    public let outputChannels: Int
    public let historyFrames: Int
    public let parameters: Int
    /// The truth's RMS level by convention of the past (`silence`, `zeroHistory`).
    public let rms: [String: Double]
    /// The RMS error of PyTorch's Float32 run, likewise. Ours may be twice that.
    public let float32RMSError: [String: Double]
  }

  /// What `cases.json` says about the case.
  public let facts: Facts
  /// The folder of the case's files.
  public let folder: URL

  public var description: String { facts.name }
  /// The preset, whose weights lie beside it.
  public var preset: URL { folder.appendingPathComponent("preset.json") }
  /// The preset's weights.
  public var weights: URL { folder.appendingPathComponent("weights.safetensors") }

  /// All WaveNet cases, in the script's order.
  public static func wavenets() throws -> [GoldenCase] {
    struct Record: Decodable { let cases: [Facts] }
    let golden = PackageFolders.root.appendingPathComponent("Tests/ConvAudioKitTests/Golden/wavenet")
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

import ByteFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard input, or any other pipe, whose first bytes tell what it is before anybody reads them.
final class StandardInput {
  /// What can be told apart.
  enum Kind: Equatable {
    case wav, array, text
  }

  static let name = "standard input"
  let kind: Kind
  private var first: [UInt8]
  private let source: StreamRunner.Read

  private static let beginnings: [(bytes: [UInt8], kind: Kind)] = [
    (Array("RIFF".utf8), .wav), (Array("RF64".utf8), .wav), (Array("BW64".utf8), .wav),
    ([0x93] + Array("NUMPY".utf8), .array),
  ]

  /// Waits for as many bytes as are needed to tell: one, of text.
  /// - Throws: `ByteFileError.unreadable`.
  convenience init(cancellation: Cancellation = .never) throws {
    let stream = ByteFile(descriptor: STDIN_FILENO, name: Self.name, cancellation: cancellation)
    try self.init { try stream.read(into: $0) }
  }

  /// The same of whatever bytes come from.
  init(_ source: @escaping StreamRunner.Read) throws {
    self.source = source
    var first: [UInt8] = []
    func fits(_ bytes: [UInt8]) -> Bool { bytes.starts(with: first) }
    while Self.beginnings.contains(where: { fits($0.bytes) && $0.bytes.count > first.count }) {
      var byte: UInt8 = 0
      guard try withUnsafeMutableBytes(of: &byte, { try source($0) }) == 1 else { break }
      first.append(byte)
    }
    kind = Self.beginnings.first { $0.bytes == first }?.kind ?? .text
    self.first = first
  }

  /// The first byte; nil of an empty input.
  var firstByte: UInt8? { first.first }

  /// Fills the front of the buffer; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    guard first.isEmpty else {
      let count = min(buffer.count, first.count)
      buffer.copyBytes(from: first[..<count])
      first.removeFirst(count)
      return count
    }
    return try source(buffer)
  }
}

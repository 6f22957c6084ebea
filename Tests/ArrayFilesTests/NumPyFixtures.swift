import Foundation
import Testing

@testable import ArrayFiles

/// The files that Tools/golden/make_npy_fixtures.py made, and what NumPy says is in them.
struct NumPyFixture: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let type: String
  /// nil, as all below, where the file cannot be read.
  let shape: [Int]?
  /// The values in C order as Float32.
  let bits: [UInt32]?
  let rounded: Int?
  let overflowed: Int?
  /// Whether the same values are written as this file.
  let canonical: Bool?

  var testDescription: String { name }
  var path: String { Self.folder.appending(path: "\(name).npy").path }

  func bytes() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

  struct Header: Decodable, Sendable {
    let shape: [Int]
    let text: String
    let bytes: Int
  }

  private struct Document: Decodable {
    let cases: [NumPyFixture]
    let headers: [Header]
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/npy")
  private static let document = {
    do {
      return try JSONDecoder().decode(Document.self, from: Data(contentsOf: folder.appending(path: "cases.json")))
    } catch {
      preconditionFailure("\(error)")
    }
  }()
  static let all = document.cases
  static let readable = all.filter { $0.shape != nil }
  static let unreadable = all.filter { $0.shape == nil }
  static let headers = document.headers
}

/// A .npy file with a header of one's own.
func numPyBytes(_ header: String, version: (UInt8, UInt8) = (1, 0), data: [UInt8] = []) -> [UInt8] {
  var length = withUnsafeBytes(of: UInt32(header.utf8.count).littleEndian) { Array($0) }
  if version.0 == 1 { length.removeLast(2) }
  return NumPyHeader.magic + [version.0, version.1] + length + Array(header.utf8) + data
}

/// The error of reading; nil when all is well.
func numPyError(_ bytes: [UInt8]) -> NumPyError? {
  do throws(NumPyError) {
    _ = try NumPyArray(bytes: bytes, name: "x")
    return nil
  } catch {
    return error
  }
}

/// Reads as from a pipe: pieces of random sizes, the end unknown.
func readPiped(_ bytes: [UInt8], seed: UInt64) throws(NumPyError) -> NumPyArray {
  let source = PieceSource(bytes, seed: seed)
  return try NumPyArray(name: "x", byteCount: nil) { source.read($0) }
}

/// A folder of its own, removed with its owner.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "npy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { url.appending(path: name).path }

  deinit { try? FileManager.default.removeItem(at: url) }
}

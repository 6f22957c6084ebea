import ByteFiles
import Foundation
import TestSupport
import Testing

@testable import ArrayFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@Suite("Errors of NumPy arrays")
struct NumPyErrorTests {
  private static let plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n"

  @Test("other types are named, with the line that converts", arguments: NumPyFixture.unreadable)
  func types(fixture: NumPyFixture) throws {
    let error = numPyError(try fixture.bytes())
    guard case .dataType(_, let actual, let remedy) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let expected = [
      "complex": "128-bit complex numbers ('<c16')", "text": "text ('<U3')",
      "bytes": "text ('|S3')", "object": "Python objects ('|O')", "dates": "dates ('<M8[D]')",
      "spans": "time spans ('<m8[s]')", "raw": "raw bytes ('|V3')",
      "fields": "structures ([('a', '<f4'), ('b', '<i4')])",
      "fields-latin": #"structures ([('Gr\xF6\xDFe', '<f4'), ('b', '<i4')])"#,
      "fields-unicode": "structures ([('Größe', '<f4'), ('b', '<i4')])",
    ]
    #expect(expected[fixture.name] == nil || actual == expected[fixture.name])
    #expect(remedy.contains("np.save('x.npy', ") && remedy.contains(".astype('<f4'))"))
    #expect(expected[fixture.name] != nil || actual.hasPrefix("structures"))
  }

  @Test("the sentence for another type")
  func sentence() {
    let header = "{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }\n"
    #expect(
      numPyError(numPyBytes(header))?.description
        == "x: holds 64-bit complex numbers ('<c8'), expected floats of 16 to 64 bits, integers or booleans; in Python, "
        + "np.save('x.npy', x.real.astype('<f4')) takes their real part.")
  }

  private static let headers: [(header: String, byte: Int, expected: String, actual: String)] = [
    ("", 10, "a dictionary, '{'", "the end of the header"),
    ("[1]", 10, "a dictionary, '{'", "'[1]'"),
    ("{descr: 1}", 11, "a key in quotation marks", "'descr: 1}'"),
    ("{'descr", 11, "a closing quotation mark", "''descr'"),
    ("{'descr\\", 11, "a closing quotation mark", "''descr\\'"),
    ("{'descr' '<f4'}", 19, "':'", "''<f4'}'"),
    ("{'descr': f4}", 20, "a type such as '<f4'", "'f4}'"),
    ("{'descr': '<f4' 'shape': ()}", 26, "',' or '}'", "''shape': ()}'"),
    ("{'descr': [('a', '<f4')}", 33, "the bracket that closes the last one", "'}'"),
    ("{'descr': [('a', '<f4')", 33, "a closing bracket", "the end of the header"),
    ("{'descr': ['a", 21, "a closing quotation mark", "''a'"),
    ("{'shape': (5)}", 22, "',' after a single size", "')}'"),
    ("{'shape': 5}", 20, "a tuple of sizes, '('", "'5}'"),
    ("{'shape': (5 6)}", 23, "',' or ')'", "'6)}'"),
    ("{'shape': (,)}", 21, "a size, 0 or more", "',)}'"),
    ("{'shape': (-5,)}", 21, "a size, 0 or more", "'-5,)}'"),
    ("{'shape': (007,)}", 21, "a size, 0 or more", "'007,)}'"),
    ("{'shape': (5LL,)}", 23, "',' or ')'", "'L,)}'"),
    ("{'shape': (2.5,)}", 22, "',' or ')'", "'.5,)}'"),
    ("{'shape': (9223372036854775808,)}", 21, "a size below 2^63", "'9223372036854775808,…"),
    ("{'fortran_order': 0}", 28, "True or False", "'0}'"),
    ("{'fortran_order': ", 28, "True or False", "the end of the header"),
    ("{'order': 0}", 11, "each of the keys 'descr', 'fortran_order' and 'shape' once", "''order': 0}'"),
    ("{'shape': (), 'shape': ()}", 24, "each of the keys 'descr', 'fortran_order' and 'shape' once", "''shape': ()}'"),
    ("{'shape': (), 'fortran_order': True}", 46, "the key 'descr' in the dictionary", "the end of the header"),
    ("{'descr': '<f4', 'fortran_order': True}", 49, "the key 'shape' in the dictionary", "the end of the header"),
    ("{'descr': '<f4', 'shape': ()}", 39, "the key 'fortran_order' in the dictionary", "the end of the header"),
    ("{,}", 11, "a key in quotation marks", "',}'"),
    (plain + "x", 68, "only spaces after the dictionary", "'x'"),
  ]

  @Test("the error of a broken header names the byte", arguments: headers.indices)
  func header(index: Int) {
    let (header, byte, expected, actual) = Self.headers[index]
    guard case .header(_, byte, expected, let found) = numPyError(numPyBytes(header)) else {
      Issue.record("\(header): \(String(describing: numPyError(numPyBytes(header))))")
      return
    }
    #expect(actual.hasSuffix("…") ? found.hasPrefix(actual.dropLast()) : found == actual)
  }

  @Test("a file that is not a .npy file, or has an unknown version")
  func beginnings() {
    #expect(numPyError([]) == .notNumPy(name: "x", actual: "an empty file"))
    #expect(numPyError(Array("RIFF1234".utf8)) == .notNumPy(name: "x", actual: "'RIFF12'"))
    #expect(
      numPyError([0x50, 0x4B, 3, 4, 20, 0, 0, 0]) == .notNumPy(name: "x", actual: "a ZIP archive, as .npz files are"))
    #expect(numPyError(numPyBytes(Self.plain, version: (4, 0))) == .version(name: "x", actual: "4.0"))
    #expect(numPyError(numPyBytes(Self.plain, version: (1, 1))) == .version(name: "x", actual: "1.1"))
    let long = numPyBytes(String(repeating: " ", count: 1 << 20) + " ", version: (2, 0))
    #expect(numPyError(long) == .headerTooLong(name: "x", expected: 1 << 20, actual: 1 << 20 + 1))
  }

  @Test("a file that ends early or late, at every length")
  func lengths() throws {
    let whole = numPyBytes(Self.plain, version: (2, 0), data: [UInt8](repeating: 0, count: 8))
    #expect(numPyError(whole) == nil)
    for count in 1..<whole.count {
      let part = Array(whole[..<count])
      let headerEnd = whole.count - 8
      let expected = count < 8 ? 8 : count < 12 ? 12 : count < headerEnd ? headerEnd : whole.count
      #expect(numPyError(part) == .truncated(name: "x", expected: expected, actual: count))
      #expect(throws: NumPyError.truncated(name: "x", expected: expected, actual: count)) {
        try readPiped(part, seed: UInt64(count))
      }
    }
    #expect(numPyError(whole + [0]) == .excess(name: "x", expected: whole.count, actual: whole.count + 1))
    #expect(throws: NumPyError.excess(name: "x", expected: whole.count, actual: nil)) {
      try readPiped(whole + [0], seed: 1)
    }
  }

  @Test("claims beyond reason cost nothing")
  func claims() {
    func claim(_ shape: String) -> [UInt8] {
      numPyBytes("{'descr': '<f8', 'fortran_order': True, 'shape': \(shape), }\n", data: [1, 2, 3])
    }
    let large = claim("(100000000000000000,)")
    #expect(
      numPyError(large)
        == .truncated(name: "x", expected: large.count - 3 + 800_000_000_000_000_000, actual: large.count))
    #expect(throws: NumPyError.self) { try readPiped(large, seed: 5) }
    #expect(numPyError(claim("(4294967296, 4294967296)")) == .overflow(name: "x", shape: "(4294967296, 4294967296)"))
    #expect(
      numPyError(claim("(0, 4294967296, 4294967296)"))
        == .overflow(name: "x", shape: "(0, 4294967296, 4294967296)"))
    let axes = "(" + String(repeating: "1,", count: 65) + ")"
    #expect(numPyError(claim(axes)) == .tooManyAxes(name: "x", expected: 64, actual: 65))
    let brackets = "{'descr': " + String(repeating: "[", count: 1_000_000)
    guard case .header = numPyError(numPyBytes(brackets, version: (3, 0))) else {
      Issue.record("a million brackets")
      return
    }
  }

  @Test("what is not a file, or too large, or cannot be written")
  func files() throws {
    let folder = try TemporaryFolder()
    func error(reading path: String, maximumBytes: Int = .max) -> NumPyError? {
      do throws(NumPyError) {
        _ = try NumPyArray(contentsOf: path, maximumBytes: maximumBytes)
        return nil
      } catch {
        return error
      }
    }
    let path = folder.path("x.npy")
    #expect(error(reading: path) == .file(.unreadable(path: path, reason: "No such file or directory")))
    #expect(error(reading: "a\0b") == .file(.unreadable(path: "a\0b", reason: "the path holds a NUL character")))
    #expect(error(reading: folder.url.path) == .file(.notAFile(path: folder.url.path, actual: .folder)))
    #expect(error(reading: "/dev/null") == .file(.notAFile(path: "/dev/null", actual: .device)))
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    #expect(
      try Deadline.call("a pipe to be refused") { error(reading: folder.path("pipe")) }
        == .file(.notAFile(path: folder.path("pipe"), actual: .pipe)))

    let array = try NumPyArray(shape: [2], values: [1, 2])
    try array.write(to: path)
    #expect(error(reading: path, maximumBytes: 135) == .file(.tooLarge(path: path, expected: 135, actual: 136)))
    #expect(error(reading: path, maximumBytes: 136) == nil)

    // A file with a hole that no memory holds.
    let large = NumPyHeader.bytes(shape: [1 << 45])
    try Data(large).write(to: URL(filePath: path))
    if truncate(path, off_t(large.count) + 1 << 47) == 0 {
      #expect(error(reading: path) == .memory(name: path, bytes: 1 << 47))
    }

    let folderPath = folder.url.path
    #expect(throws: ByteFileError.notAFile(path: folderPath, actual: .folder)) {
      try array.write(to: folderPath)
    }
    #expect(throws: ByteFileError.self) { try array.write(to: "a\0b") }
    #if os(Linux)
      #expect(throws: ByteFileError.unwritable(path: "/dev/full", reason: "No space left on device")) {
        try array.write(to: "/dev/full")
      }
    #endif
  }
}

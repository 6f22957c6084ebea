import Foundation
import TestSupport
import Testing

@testable import ArrayFiles

@Suite("Arrays written row by row")
struct NumPyRowWriterTests {
  @Test("a .npy file of rows is, byte for byte, the file of the whole array", arguments: [0, 1, 3, 100_000])
  func rows(_ count: Int) throws {
    let folder = try TemporaryDirectory()
    let values = (0..<(2 * count)).map { Float($0) / 3 }
    let writer = try NumPyRowWriter(path: folder.file("rows.npy").path, columns: 2)
    for row in stride(from: 0, to: count, by: 3) {
      try writer.write(Array(values[(2 * row)..<(2 * min(count, row + 3))]))
    }
    try writer.finish()
    #expect(writer.rows == count)
    try NumPyArray(shape: [count, 2], values: values).write(to: folder.file("whole.npy").path)
    #expect(try Data(contentsOf: folder.file("rows.npy")) == Data(contentsOf: folder.file("whole.npy")))
  }

  @Test("the checksum is that of ZIP, and that of two pieces follows from theirs")
  func checksum() {
    var crc = CRC32()
    crc.add(Array("123456789".utf8))
    #expect(crc.value == 0xCBF4_3926)
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    for cut in [0, 1, 8, 13, 500, 1000] {
      var (whole, first, second) = (CRC32(), CRC32(), CRC32())
      whole.add(bytes)
      first.add(Array(bytes[..<cut]))
      second.add(Array(bytes[cut...]))
      #expect(CRC32.joined(first.value, second.value, secondBytes: 1000 - cut) == whole.value)
    }
  }

  /// Python's own reader of ZIP files checks sizes, checksums and directory; it has no NumPy to need.
  @Test("a .npz file is a valid ZIP file whose members are .npy files")
  func archive() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("x.npz").path
    let archive = try NumPyArchiveWriter(path: path)
    try archive.add("names", text: ["a", "", "größer"])
    try archive.begin("features", columns: 3)
    try archive.write([1, 2, 3])
    try archive.write([4, 5, 6, 7, 8, 9])
    try archive.endRows()
    try archive.add("labels", text: ["x", "y", "z"])
    try archive.finish()

    let script =
      "import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])"
    let python = Process()
    python.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    python.arguments = ["python3", "-c", script, path, folder.path]
    try python.run()
    #expect(try Deadline.wait(forEndOf: python, "python3") == 0)
    let features = try NumPyArray(contentsOf: folder.file("features.npy").path)
    #expect(features.shape == [3, 3] && features.values == [1, 2, 3, 4, 5, 6, 7, 8, 9])
    let names = try Data(contentsOf: folder.file("names.npy"))
    #expect(names.count == 128 + 3 * 6 * 4 && names.contains(UInt8(ascii: "U")))
    let last = names.suffix(24).enumerated().filter { $0.offset % 4 == 0 }.map { Unicode.Scalar($0.element) }
    #expect(String(String.UnicodeScalarView(last)) == "größer")
  }
}

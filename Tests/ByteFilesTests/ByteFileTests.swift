import ByteFiles
import Foundation
import TestSupport
import Testing

@Suite struct ByteFileTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func path(_ name: String) -> String { folder.path + "/" + name }

  @Test("A file is read in order, at a place, and as a whole")
  func reading() throws {
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    try Data(bytes).write(to: folder.file("x"))
    let file = try ByteFile.reading(path("x"))
    #expect(file.byteCount == bytes.count && file.kind == nil)
    #expect(try file.read(10) == Array(bytes[..<10]))
    #expect(file.bytes(at: 99_990, count: 20) == Array(bytes[99_990...]))
    #expect(try file.read(90) == Array(bytes[10..<100]))
    #expect(try ByteFile.contents(of: path("x"), maximumBytes: 100_000) == bytes)
    #expect(throws: ByteFileError.tooLarge(path: path("x"), expected: 99_999, actual: 100_000)) {
      try ByteFile.contents(of: path("x"), maximumBytes: 99_999)
    }
    truncate(path("x"), 200)
    #expect(throws: ByteFileError.tooShort(path: path("x"), expected: 1000, actual: 100)) { try file.read(1000) }
  }

  @Test("Folders, pipes and devices are refused without waiting")
  func kinds() throws {
    mkfifo(path("pipe"), 0o600)
    for (place, kind) in [(folder.path, FileKind.folder), (path("pipe"), .pipe), ("/dev/null", .device)] {
      #expect(throws: ByteFileError.notAFile(path: place, actual: kind)) {
        try Deadline.call("\(place) to be refused") { try ByteFile.reading(place) }
      }
      #expect(try FileKind.of(place) == kind)
    }
    for place in [folder.path, path("pipe")] {
      #expect(throws: ByteFileError.self) {
        try Deadline.call("\(place) to be refused") { try ByteFile.writing(place) }
      }
    }
    #expect(throws: ByteFileError.unreadable(path: path("none"), reason: "No such file or directory")) {
      try ByteFile.reading(path("none"))
    }
    #expect(throws: ByteFileError.unreadable(path: "a\0b", reason: "the path holds a NUL character")) {
      try ByteFile.reading("a\0b")
    }
  }

  @Test("A written file can be overwritten in the middle; a full disk is an error")
  func writing() throws {
    let file = try ByteFile.writing(path("x"))
    try file.write(elements: [1, 2, 3] as [UInt8])
    try file.overwrite([9], at: 1)
    try file.write(elements: [4] as [UInt8])
    try file.close()
    #expect(try [UInt8](Data(contentsOf: folder.file("x"))) == [1, 9, 3, 4])
    #if os(Linux)
      #expect(throws: ByteFileError.unwritable(path: "/dev/full", reason: "No space left on device")) {
        try ByteFile.writing("/dev/full").write(elements: [1] as [UInt8])
      }
    #endif
  }

  @Test("A pipe that does not block is waited for; a cancelled one ends")
  func pipes() throws {
    var ends: [Int32] = [0, 0]
    pipe(&ends)
    let (reader, writer) = (ends[0], ends[1])
    defer { close(reader) }
    _ = fcntl(reader, F_SETFL, O_NONBLOCK)
    Thread {
      usleep(50_000)
      try? ByteFile(descriptor: writer, name: "pipe").write(elements: [7, 8] as [UInt8])
      close(writer)
    }.start()
    func bytes(_ file: ByteFile) throws -> [UInt8] {
      try Deadline.call("bytes from a pipe") {
        var buffer = [UInt8](repeating: 0, count: 10)
        let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
        return Array(buffer.prefix(count))
      }
    }
    let file = ByteFile(descriptor: reader, name: "pipe")
    #expect(try bytes(file) == [7, 8])
    #expect(try bytes(file) == [])
    #expect(try bytes(ByteFile(descriptor: reader, name: "pipe", cancellation: Cancellation { true })) == [])
  }

  @Test("A reader that has gone and one that takes nothing give different errors")
  func readers() throws {
    try withoutPipeSignal {
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      // A cancelled run fills the pipe, and then gives up.
      let stuck = ByteFile(descriptor: ends[1], name: "pipe", cancellation: Cancellation { true })
      #expect(throws: ByteFileError.readerStuck(path: "pipe")) {
        try Deadline.call("a cancelled run to give up") {
          try withoutPipeSignal { try stuck.write(elements: [UInt8](repeating: 0, count: 1 << 20)) }
        }
      }
      close(ends[0])
      #expect(throws: ByteFileError.readerClosed(path: "pipe")) {
        try ByteFile(descriptor: ends[1], name: "pipe").write(elements: [1] as [UInt8])
      }
      close(ends[1])
    }
  }

  @Test("A temporary file takes a pipe, and goes with its object")
  func spool() throws {
    var left: [UInt8] = (0..<200_000).map { UInt8(truncatingIfNeeded: $0) }
    let all = left
    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
      let count = min(buffer.count, left.count, 1001)
      buffer.copyBytes(from: left[..<count])
      left.removeFirst(count)
      return count
    }
    var path = ""
    do {
      let spool = try SpooledFile()
      path = spool.path
      try spool.fill(cancellation: .never, from: read)
      #expect(try ByteFile.contents(of: path, maximumBytes: .max) == all)
      #expect(throws: CancellationError.self) { try spool.fill(cancellation: Cancellation { true }, from: read) }
    }
    #expect(access(path, F_OK) != 0)
  }

  @Test("Errors are one sentence")
  func sentences() {
    let error = ByteFileError.unreadable(path: "a", reason: "No such file or directory")
    #expect(error.description == "a: cannot be read: No such file or directory.")
    #expect(ByteFileError.notAFile(path: "x", actual: .folder).description == "x: is a folder, expected a file.")
  }
}

@Suite struct ByteFormatTests {
  @Test(
    "Formats are recognised by their first bytes, and no byte is lost",
    arguments: [
      (Array("RIFF\u{1}\u{2}\u{3}\u{4}WAVEfmt ".utf8), ByteFormat.wave),
      (Array("RIFF\u{1}\u{2}\u{3}\u{4}AVI LIST".utf8), .riff(form: "AVI?")),
      (Array("fLaC and more".utf8), .flac), ([0x93] + Array("NUMPY".utf8), .numpy),
      ([0xFF, 0xFB, 0x90, 0x64, 0, 0], .mpeg), (Array("1,2,3\n".utf8), nil), ([], nil), (Array("RIFF".utf8), nil),
    ] as [([UInt8], ByteFormat?)])
  func beginnings(_ bytes: [UInt8], _ format: ByteFormat?) throws {
    var place = 0
    var asked = 0
    let peeked = try PeekedBytes { buffer in
      asked += 1
      let count = min(1, bytes.count - place)
      buffer.copyBytes(from: bytes[place..<(place + count)])
      place += count
      return count
    }
    #expect(peeked.format == format)
    // Of text no more than the first byte is waited for.
    if bytes.first == UInt8(ascii: "1") { #expect(asked == 1) }
    var back: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 3)
    while case let count = try buffer.withUnsafeMutableBytes({ try peeked.read(into: $0) }), count > 0 {
      back += buffer[..<count]
    }
    #expect(back == bytes)
  }
}

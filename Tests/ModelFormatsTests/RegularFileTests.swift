import CTestSupport
import Foundation
import ModelFormats
import TestSupport
import Testing

@Suite("Files: what cannot be opened")
struct RegularFileTests {
  @Test("both readers reject a folder, a pipe, a socket, a device and a missing file")
  func kinds() throws {
    try withTemporaryFolder { folder in
      let pipe = "\(folder)/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      let cases = [
        (folder, "expected a regular file, but this is a folder"),
        (pipe, "expected a regular file, but this is a pipe"),
        ("/dev/null", "expected a regular file, but this is a device"),
        ("\(folder)/none", "the file cannot be read: No such file or directory"),
        ("\(folder)/none\0", "the file cannot be read: the path holds a NUL character"),
      ]
      for (path, message) in cases {
        let sentence = "\(path.replacing("\0", with: "\\u{0}")): \(message)"
        let refusals = try Deadline.call("\(path) to be refused") {
          (
            refusal { () throws(ModelFormatError) in try TensorFile(contentsOf: path) },
            refusal { () throws(ModelFormatError) in try Preset(contentsOf: path) }
          )
        }
        #expect(refusals == (sentence, sentence))
      }
    }
  }

  @Test(
    "a file without read permission is rejected",
    .enabled(
      if: geteuid() != 0 || cts_can_become(65534) == 1, "root can read everything, and cannot change user here"))
  func permission() async {
    // In a separate process, because root can read everything and has to become another user first.
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let path = "\(folder)/secret.json"
        try Data("{}".utf8).write(to: URL(fileURLWithPath: path))
        chmod(path, 0)
        if geteuid() == 0 { try #require(seteuid(65534) == 0) }
        #expect(
          refusal { () throws(ModelFormatError) in try Preset(contentsOf: path) }
            == "\(path): the file cannot be read: Permission denied")
        if getuid() == 0 { try #require(seteuid(0) == 0) }
      }
    }
  }

  /// A sparse file: large for the file system, empty on the disk.
  private func sparse(_ path: String, bytes: Int, prefix: [UInt8] = []) throws {
    try Data(prefix).write(to: URL(fileURLWithPath: path))
    #expect(truncate(path, off_t(bytes)) == 0)
  }

  @Test("a file above the limit is rejected before it is read")
  func tooLarge() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/large"
      try sparse(path, bytes: 16_000_001)
      #expect(throws: ModelFormatError.fileTooLarge(file: path, expected: 16_000_000, actual: 16_000_001)) {
        try Preset(contentsOf: path)
      }
      // No larger than necessary: file systems have limits, too.
      try sparse(path, bytes: (1 << 30) + 1)
      #expect(
        refusal { () throws(ModelFormatError) in try TensorFile(contentsOf: path) }
          == "\(path): the file should have at most 1073741824 bytes, but has 1073741825")
    }
  }

  /// Processor time of this thread. Unlike wall-clock time, it stops while a busy machine runs other programs.
  private func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  @Test("data that the header does not describe are not read")
  func dataUnread() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/holes"
      try sparse(path, bytes: 1 << 30, prefix: safetensors("{}"))
      // The best of five runs, each of which takes less than a thousandth of the limit.
      let seconds = (0..<5).map { _ in
        let start = threadSeconds()
        #expect(
          refusal { () throws(ModelFormatError) in try TensorFile(contentsOf: path) }
            == "\(path): 0 bytes of data should follow the header, but there are 1073741814")
        return threadSeconds() - start
      }
      #expect(seconds.min()! < 0.05, "a gigabyte of zeros takes longer to read than this")
    }
  }

  @Test("both readers reject an empty file")
  func emptyFile() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/empty"
      try sparse(path, bytes: 0)
      #expect(
        refusal { () throws(ModelFormatError) in try TensorFile(contentsOf: path) }
          == "\(path): the file should have at least 8 bytes, but has 0")
      #expect(
        refusal { () throws(ModelFormatError) in try Preset(contentsOf: path) }
          == "\(path): expected a JSON value at byte 0, but found the end of the text")
    }
  }
}

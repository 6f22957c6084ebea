import ByteFiles
import Foundation
import TestSupport
import Testing

@Suite struct ReplacingFileTests {
  private func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }

  @Test("The file appears with commit, and the temporary name is gone")
  func commit() throws {
    let folder = try TemporaryDirectory()
    let file = try ReplacingFile(path: folder.file("x").path, mayReplace: false)
    try write("done", to: file.temporaryPath)
    #expect(try folder.contents().count == 1 && !folder.contents().contains("x"))
    try file.commit()
    #expect(try folder.contents() == ["x"])
    #expect(try text(file.path) == "done")
  }

  @Test("Without commit nothing is left, and an old file stays")
  func abandoned() throws {
    let folder = try TemporaryDirectory()
    try write("old", to: folder.file("x").path)
    do {
      let file = try ReplacingFile(path: folder.file("x").path, mayReplace: true)
      try write("new", to: file.temporaryPath)
      #expect(try folder.contents().count == 2)
    }
    #expect(try folder.contents() == ["x"])
    #expect(try text(folder.file("x").path) == "old")
  }

  @Test("A file created in the meantime is not overwritten")
  func race() throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("x").path
    let first = try ReplacingFile(path: path, mayReplace: false)
    let second = try ReplacingFile(path: path, mayReplace: false)
    #expect(first.temporaryPath != second.temporaryPath)
    try write("first", to: first.temporaryPath)
    try first.commit()
    #expect(throws: ByteFileError.exists(path: path)) { try second.commit() }
    #expect(try text(path) == "first")
    withExtendedLifetime(second) {}
  }

  @Test("Many threads at once: one wins, and the mask of the process stays what it was")
  func threads() async throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("x").path
    let before = umask(0o027)
    defer { umask(before) }
    let wins = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<64 {
        group.addTask { (try? ReplacingFile(path: path, mayReplace: false).commit()) != nil }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(wins == 1)
    #expect(umask(0o027) == 0o027)
    #expect(try folder.contents() == ["x"])
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
  }

  @Test("Paths that cannot be replaced are refused at once")
  func refusals() throws {
    let folder = try TemporaryDirectory()
    let (file, pipe) = (folder.file("file").path, folder.file("pipe").path)
    try write("", to: file)
    mkfifo(pipe, 0o600)
    let long = folder.file(String(repeating: "é", count: 128)).path
    let missing = folder.file("gone/x").path
    #expect(throws: ByteFileError.exists(path: file)) { try ReplacingFile(path: file, mayReplace: false) }
    #expect(throws: ByteFileError.notAFile(path: folder.path, actual: .folder)) {
      try ReplacingFile(path: folder.path, mayReplace: true)
    }
    #expect(throws: ByteFileError.notAFile(path: pipe, actual: .pipe)) {
      try Deadline.call("a pipe to be refused") { try ReplacingFile(path: pipe, mayReplace: true) }
    }
    #expect(throws: ByteFileError.name(path: long, reason: "File name too long")) {
      try ReplacingFile(path: long, mayReplace: true)
    }
    #expect(throws: ByteFileError.folder(path: missing, reason: "No such file or directory")) {
      try ReplacingFile(path: missing, mayReplace: false)
    }
    symlink("gone", folder.file("link").path)
    #expect(throws: ByteFileError.exists(path: folder.file("link").path)) {
      try ReplacingFile(path: folder.file("link").path, mayReplace: false)
    }
    #expect(try folder.contents() == ["file", "link", "pipe"])
  }
}

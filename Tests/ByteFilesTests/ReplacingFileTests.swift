import Foundation
import TestSupport
import Testing

@testable import ByteFiles

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
    #expect(try !folder.contents().contains("x"))
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

  @Test("A link is followed: its target is replaced beside itself, and the link stays")
  func links() throws {
    let folder = try TemporaryDirectory()
    let inner = folder.file("inner").path
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
    try write("old", to: inner + "/real")
    symlink("inner/real", folder.file("first").path)
    symlink(folder.file("first").path, folder.file("second").path)
    symlink("inner/new", folder.file("dangling").path)
    for (name, target) in [("second", "real"), ("dangling", "new")] {
      try ReplacingFile.write(Array(name.utf8), to: folder.file(name).path, mayReplace: true)
      #expect(try text("\(inner)/\(target)") == name)
      #expect(try FileManager.default.attributesOfItem(atPath: folder.file(name).path)[.type] as? FileAttributeType == .typeSymbolicLink)
    }
    #expect(try folder.contents() == ["dangling", "first", "inner", "second"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: inner).sorted() == ["new", "real"])
    symlink("round", folder.file("round").path)
    #expect(throws: ByteFileError.name(path: folder.file("round").path, reason: "Too many levels of symbolic links")) {
      try ReplacingFile(path: folder.file("round").path, mayReplace: true)
    }
  }

  @Test("A file that is replaced passes on its mode", arguments: [true, false])
  func mode(unnamed: Bool) throws {
    let folder = try TemporaryDirectory()
    let path = folder.file("x").path
    try write("old", to: path)
    chmod(path, 0o604)
    let file = try PartialFile(inFolder: folder.path, unnamed: unnamed)
    try write("new", to: file.path)
    try file.replace(path)
    #expect(try text(path) == "new")
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o604)
    #expect(try folder.contents() == ["x"])
  }

  @Test("The null device takes everything, and stays a device")
  func nullDevice() throws {
    try ReplacingFile.write([1, 2, 3], to: "/dev/null", mayReplace: false)
    let output = try pendingOutput("/dev/null", mayReplace: false, cancellation: .never)
    try write("much", to: output.temporaryPath)
    try output.commit()
    #expect(try FileKind.of("/dev/null") == .device)
    #expect(throws: ByteFileError.notAFile(path: "/dev/zero", actual: .device)) {
      try ReplacingFile(path: "/dev/zero", mayReplace: true)
    }
  }

  @Test("Where files need a name, the next run removes what a killed one has left, and nothing else")
  func abandonedFiles() throws {
    let folder = try TemporaryDirectory()
    let alive = try PartialFile(inFolder: folder.path, unnamed: false)
    for name in [".convaudio-dead.partial", ".convaudio-other", "x.partial"] { try write("", to: folder.file(name).path) }
    // Every folder is looked through once, so it gets another name.
    let next = try PartialFile(inFolder: folder.path + "/.", unnamed: false)
    let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    let expected = [alive.path, next.path].map { String($0.split(separator: "/").last!) }
    #expect(names == Set(expected + [".convaudio-other", "x.partial"]))
    #expect(try alive.take(name: folder.file("a").path))
    #expect(try !next.take(name: folder.file("a").path))
    #expect(try text(folder.file("a").path) == "")
  }
}

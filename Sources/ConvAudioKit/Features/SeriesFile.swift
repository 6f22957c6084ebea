import ByteFiles
import ArrayFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that holds one series or many.
struct SeriesFile {
  enum Kind: Equatable {
    case text(SeriesFormat)
    case array
    case audio
    case standardInput
  }

  let path: String
  let kind: Kind
  /// What errors call it.
  var name: String { kind == .standardInput ? StandardInput.name : path }
  /// Of a recording in a folder of a folder, that folder's name.
  var label: String?

  /// A file itself, or all files below a folder, in the order of their names; `-` is standard input.
  static func find(_ path: String) throws -> [SeriesFile] {
    if path == standardStreamPath { return [SeriesFile(path: path, kind: .standardInput)] }
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw SeriesInputError.unreadable(path: path, reason: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFDIR else { return [SeriesFile(path: path, kind: kind(of: path) ?? .audio)] }
    var found: [SeriesFile] = []
    for name in try names(in: path) {
      let inner = "\(path)/\(name)"
      guard stat(inner, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        for below in try names(in: inner) {
          guard var file = file("\(inner)/\(below)") else { continue }
          file.label = name
          found.append(file)
        }
      } else if let file = file(inner) {
        found.append(file)
      }
    }
    guard !found.isEmpty else { throw SeriesInputError.emptyFolder(path: path) }
    return found
  }

  private static let audioNames = [
    ".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", ".au", ".caf", ".w64", ".rf64", ".opus", ".oga",
  ]

  /// A regular file of a folder whose name says that it is one of ours.
  private static func file(_ path: String) -> SeriesFile? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    if let kind = kind(of: path) { return SeriesFile(path: path, kind: kind) }
    let lower = path.lowercased()
    return audioNames.contains(where: lower.hasSuffix) ? SeriesFile(path: path, kind: .audio) : nil
  }

  /// Whether a folder's file of this name would be one of its series.
  static func isReadable(_ path: String) -> Bool { file(path) != nil }

  private static func kind(of path: String) -> Kind? {
    if let format = SeriesFormat(path: path) { return .text(format) }
    return path.lowercased().hasSuffix(".npy") ? .array : nil
  }

  /// Names in a folder, without hidden ones, sorted by their bytes.
  private static func names(in folder: String) throws -> [String] {
    guard let directory = opendir(folder) else {
      throw SeriesInputError.unreadable(path: folder, reason: String(cString: strerror(errno)))
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }
}

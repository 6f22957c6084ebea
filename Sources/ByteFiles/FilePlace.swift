#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A path as a folder and a name in it.
package struct FilePlace {
  /// Without a slash at the end, unless it is the root; `.` if the path has none.
  package let folder: String
  /// What follows the last slash.
  package let name: Substring

  package init(_ path: String) {
    let slash = path.lastIndex(of: "/")
    folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    name = slash.map { path[path.index(after: $0)...] } ?? path[...]
  }

  /// What a link leads to in the end, which may not exist; any other path as it is.
  package static func followingLinks(_ path: String) -> String {
    var place = path
    // As many as the system itself follows.
    for _ in 0..<40 {
      var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let count = bytes.withUnsafeMutableBytes {
        readlink(place, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
      }
      guard count > 0 else { break }
      let next = String(decoding: bytes[..<count], as: UTF8.self)
      place = next.hasPrefix("/") ? next : "\(FilePlace(place).folder)/\(next)"
    }
    return place
  }

  /// One string for all paths of a file, whether it exists or not: `./a.wav`, `a.wav`, and a link to it.
  package static func resolved(_ path: String) -> String {
    let target = FilePlace(followingLinks(path))
    guard let folder = realpath(target.folder, nil) else { return path }
    defer { free(folder) }
    return String(cString: folder) + "/" + target.name
  }

  /// Whether both paths name the same file, which may not exist yet.
  package static func isSame(_ one: String, _ other: String) -> Bool {
    if let a = FileIdentity(one), let b = FileIdentity(other) { return a == b }
    let (a, b) = (FilePlace(one), FilePlace(other))
    guard a.name == b.name, let folder = FileIdentity(a.folder) else { return false }
    return folder == FileIdentity(b.folder)
  }
}

/// A file, whatever its names.
package struct FileIdentity: Hashable {
  private let device: UInt64
  private let file: UInt64

  /// What the path leads to; nil: nothing.
  package init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    file = UInt64(truncatingIfNeeded: status.st_ino)
  }
}

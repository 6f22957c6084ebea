#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A pattern of paths, as a shell writes it: `*`, `?`, `[a-z]`, `{one,other}`, and `**` for folders at any depth.
///
/// ```swift
/// try PathPattern("takes/**/*.wav").matches()   // takes/a.wav, takes/monday/b.wav, takes/monday/loud/c.wav
/// ```
/// Names that begin with a point are found only by patterns that begin with one. Where a file or folder has just the name
/// that is written, brackets in it mean themselves.
package struct PathPattern {
  /// The pattern as it was written.
  package let text: String

  /// A pattern.
  package init(_ text: String) { self.text = text }

  /// Whether it has anything that can stand for something else.
  package static func isPattern(_ text: String) -> Bool { text.contains { "*?[{".contains($0) } }

  /// The part before the first thing that can stand for something else, up to a slash; empty: the folder that the program
  /// runs in. Names below it are the tree of what is found.
  package var base: String {
    var base = text.hasPrefix("/") ? "/" : ""
    for part in text.split(separator: "/").dropLast() {
      guard !Self.isPattern(String(part)) || FileIdentity(base + part) != nil else { break }
      base += part + "/"
    }
    return base
  }

  /// The paths that exist: files, folders and all else, sorted by their bytes, each once.
  /// - Throws: `ByteFileError.unreadable` for a folder that cannot be read.
  package func matches() throws(ByteFileError) -> [String] {
    var found = Set<String>()
    for alternative in Self.alternatives(of: text) {
      let isAbsolute = alternative.hasPrefix("/")
      let parts = alternative.split(separator: "/").map(String.init)
      try Self.find(parts[...], below: isAbsolute ? "/" : "", seen: [], into: &found)
    }
    return found.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
  }

  private static func find(
    _ parts: ArraySlice<String>, below folder: String, seen: Set<FileIdentity>, into found: inout Set<String>
  ) throws(ByteFileError) {
    guard let part = parts.first else {
      if !folder.isEmpty { found.insert(String(folder.dropLast())) }
      return
    }
    let rest = parts.dropFirst()
    func goOn(_ name: String) throws(ByteFileError) {
      if rest.isEmpty {
        found.insert(folder + name)
      } else if isFolder(folder + name) {
        try find(rest, below: folder + name + "/", seen: [], into: &found)
      }
    }
    if part == "**" {
      // No folder at all, then every folder, each once: a link may lead back to one above it.
      if rest.isEmpty { return try find(["**", "*"], below: folder, seen: seen, into: &found) }
      try find(rest, below: folder, seen: [], into: &found)
      var seen = seen
      guard let identity = FileIdentity(folder.isEmpty ? "." : folder), seen.insert(identity).inserted else { return }
      for name in try folderNames(folder.isEmpty ? "." : folder) where isFolder(folder + name) {
        try find(parts, below: folder + name + "/", seen: seen, into: &found)
      }
      return
    }
    if FileIdentity(folder + part) != nil { return try goOn(part) }
    guard isPattern(part), isFolder(folder.isEmpty ? "." : folder) else { return }
    let flags = FNM_PERIOD
    for name in try allNames(in: folder.isEmpty ? "." : folder) where name != "." && name != ".." {
      if fnmatch(part, name, flags) == 0 { try goOn(name) }
    }
  }

  private static func isFolder(_ path: String) -> Bool { (try? FileKind.of(path)) == .folder }

  /// The pattern with each choice of its braces.
  private static func alternatives(of text: String) -> [String] {
    var depth = 0
    var open: String.Index?
    var commas: [String.Index] = []
    for index in text.indices {
      switch text[index] {
      case "{":
        if depth == 0 { (open, commas) = (index, []) }
        depth += 1
      case ",": if depth == 1 { commas.append(index) }
      case "}" where depth > 0:
        depth -= 1
        guard depth == 0, let open, !commas.isEmpty else { continue }
        let (before, after) = (text[..<open], text[text.index(after: index)...])
        let ends: [String.Index] = commas + [index]
        let starts: [String.Index] = [open] + commas
        return zip(starts, ends).flatMap { (start: String.Index, end: String.Index) -> [String] in
          let choice = text[text.index(after: start)..<end]
          return alternatives(of: "\(before)\(choice)\(after)")
        }
      default: break
      }
    }
    return [text]
  }
}

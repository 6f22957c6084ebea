import AudioFiles
import ByteFiles

/// An input, and where it lies below the folder that was named.
package struct InputFile: Sendable, Equatable {
  /// The file's path, or `-` for standard input.
  package var path: String
  /// Its folder below the one that was named, with a slash at the end; empty: right in it, or the file was named itself.
  package var folder = ""
  /// Whether it was found in a folder or by a pattern.
  package var wasFound = false
}

/// The files that paths, folders and patterns stand for.
///
/// A folder stands for all files below it, at any depth. A name that exists is never a pattern.
package struct InputFiles: Sendable {
  /// The files to read, in the order in which they were named, those of one folder sorted; each once, unless it was named
  /// itself twice.
  package private(set) var files: [InputFile] = []
  /// Files among them that are something else.
  package private(set) var others: [String] = []

  /// What to look for.
  package enum Kind: Sendable {
    case audio, models

    fileprivate func isName(_ path: String) -> Bool { self == .audio ? isAudioFile(path) : isModelFile(path) }
    fileprivate var description: String { self == .audio ? "audio file" : ".nam file" }
  }

  /// Finds them.
  ///
  /// - Parameters:
  ///   - names: Paths, folders and patterns.
  ///   - kind: Which files are wanted. Others are counted where they were found, and where several files were named.
  ///   - folder: A folder that is not looked into, because outputs are written there.
  /// - Throws: `InputFilesError`; `ByteFileError` for a folder that cannot be read.
  package init(_ names: [String], _ kind: Kind, outside folder: String? = nil) throws {
    let excluded = folder.flatMap(FileIdentity.init)
    var known = Set<FileIdentity>()
    for name in names {
      let isThere = name == standardStreamPath || FileIdentity(name) != nil
      if isThere, (try? FileKind.of(name)) != .some(.folder) {
        // A file that was named among others, such as by a shell's *, is skipped when it is certainly something else.
        if names.count > 1, kind == .audio, name != standardStreamPath, !Self.isAudio(name) {
          others.append(name)
        } else {
          let identity = FileIdentity(name)
          // A recording that is named twice may be a slip; the error about its output tells.
          if let identity, known.contains(identity), kind == .models || isFound(name) { continue }
          files.append(InputFile(path: name))
          if let identity { known.insert(identity) }
        }
        continue
      }
      guard isThere || PathPattern.isPattern(name) else {
        files.append(InputFile(path: name))
        continue
      }
      var found: [InputFile] = []
      let before = others.count
      if isThere {
        let prefix = name.hasSuffix("/") ? name : name + "/"
        try Self.walk(prefix, "", kind, excluded, seen: [], into: &found, &others)
      } else {
        let pattern = PathPattern(name)
        let base = pattern.base
        for path in try pattern.matches() where (try? FileKind.of(path)) != .some(.folder) {
          let inner = path.hasPrefix(base) ? path.dropFirst(base.count) : path[...]
          let folder = inner.lastIndex(of: "/").map { String(inner[...$0]) } ?? ""
          if kind.isName(path) {
            found.append(InputFile(path: path, folder: folder, wasFound: true))
          } else {
            others.append(path)
          }
        }
      }
      // Brackets may be part of a name that does not exist.
      if found.isEmpty, !isThere, others.count == before, !name.contains(where: { "*?{".contains($0) }) {
        files.append(InputFile(path: name))
        continue
      }
      guard !found.isEmpty else {
        throw InputFilesError.nothing(
          name: name, isFolder: isThere, what: kind.description, others: Array(others[before...]))
      }
      for file in found {
        if let identity = FileIdentity(file.path), !known.insert(identity).inserted { continue }
        files.append(file)
      }
    }
    guard !files.isEmpty else {
      throw InputFilesError.nothing(name: names.first ?? "", isFolder: false, what: kind.description, others: others)
    }
  }

  /// Whether a folder or pattern gave this file.
  private func isFound(_ path: String) -> Bool {
    files.contains { $0.wasFound && FilePlace.isSame($0.path, path) }
  }

  /// Files below a folder, sorted, without hidden ones.
  private static func walk(
    _ root: String, _ inner: String, _ kind: Kind, _ excluded: FileIdentity?, seen: Set<FileIdentity>,
    into found: inout [InputFile], _ others: inout [String]
  ) throws {
    var seen = seen
    let identity = FileIdentity(root + inner)
    // A link may lead back to a folder above it.
    guard let identity, inner.isEmpty || identity != excluded, seen.insert(identity).inserted else { return }
    for name in try folderNames(root + inner) {
      let path = root + inner + name
      if (try? FileKind.of(path)) == .some(.folder) {
        try walk(root, inner + name + "/", kind, excluded, seen: seen, into: &found, &others)
      } else if kind.isName(name) {
        found.append(InputFile(path: path, folder: inner, wasFound: true))
      } else {
        others.append(path)
      }
    }
  }

  /// Leaves out files that are themselves outputs of others, from an earlier run.
  package mutating func leaveOutOutputs(_ outputs: (InputFile) -> [String]) {
    let made = Set(files.flatMap(outputs).map(FilePlace.resolved))
    let kept = files.filter { !$0.wasFound || !made.contains(FilePlace.resolved($0.path)) }
    if !kept.isEmpty { files = kept }
  }

  /// Whether a file has the name of audio, or is audio whatever its name.
  private static func isAudio(_ path: String) -> Bool {
    guard !isAudioFile(path), FileKind.isFile(path) else { return true }
    return (try? AudioFileReader(path: path, maximumChannels: 1024)) != nil
  }
}

/// Why there is no input.
package enum InputFilesError: Error, Equatable, Sendable {
  /// A folder or pattern has no such file.
  case nothing(name: String, isFolder: Bool, what: String, others: [String])
}

extension InputFilesError: CustomStringConvertible {
  /// The error in one sentence.
  package var description: String {
    switch self {
    case .nothing(let name, let isFolder, let what, let others):
      "\(name): no \(what) \(isFolder ? "is in this folder" : "matches")"
        + (others.isEmpty ? "." : ", only \(InputFiles.listed(others)).")
    }
  }
}

extension InputFiles {
  /// `3 other files: a.csv, b.txt, …`, or with a verb after `files`.
  package static func listed(_ others: [String], _ verb: String = "") -> String {
    let names = others.prefix(3).map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    return "\(counted(others.count, "other file"))\(verb.isEmpty ? "" : " ")\(verb): \(names.joined(separator: ", "))" + (others.count > 3 ? ", …" : "")
  }
}

import ByteFiles
import ArrayFiles
import Signals

/// A file that holds one series or many.
struct SeriesFile {
  enum Kind: Equatable {
    /// Text of many series.
    case text(SeriesFormat)
    /// A NumPy array.
    case array
    /// One series: a recording, or rows of numbers that are its frames.
    case signal
    /// Any of these, by its first bytes.
    case pipe
  }

  let path: String
  let kind: Kind
  /// Its name in errors.
  var name: String { path == standardStreamPath ? StandardStream.input : path }
  /// For a recording in a subfolder, the subfolder's name.
  var label: String?

  /// A file itself, or all files below a folder, in the order of their names; `-` is standard input.
  ///
  /// - Parameter isSignal: Whether the user gave a format, so that every file is one signal.
  /// - Throws: `ByteFileError`, `SeriesInputError`.
  static func find(_ path: String, isSignal: Bool = false) throws -> [SeriesFile] {
    if path == standardStreamPath { return [SeriesFile(path: path, kind: isSignal ? .signal : .pipe)] }
    let place = try FileKind.of(path)
    if place != .folder {
      if isSignal { return [SeriesFile(path: path, kind: .signal)] }
      return [SeriesFile(path: path, kind: place == nil ? kind(of: path) ?? .signal : .pipe)]
    }
    var found: [SeriesFile] = []
    for name in try folderNames(path) {
      let inner = "\(path)/\(name)"
      if (try? FileKind.of(inner)) == .some(.folder) {
        for below in try folderNames(inner) {
          guard var file = file("\(inner)/\(below)") else { continue }
          file.label = name
          found.append(file)
        }
      } else if let file = file(inner) {
        found.append(file)
      }
    }
    guard !found.isEmpty else { throw SeriesInputError.emptyFolder(path: path) }
    return isSignal ? found.map { SeriesFile(path: $0.path, kind: .signal, label: $0.label) } : found
  }

  /// The recordings and files of rows in folders, in the order of their names, and all other inputs unchanged.
  ///
  /// - Throws: `SeriesInputError`, `ByteFileError`.
  static func signals(_ inputs: [String]) throws -> [String] {
    guard inputs.filter({ $0 == standardStreamPath }).count < 2 else { throw SeriesInputError.standardInputTwice }
    return try inputs.flatMap { input -> [String] in
      guard input != standardStreamPath, try FileKind.of(input) == .folder else { return [input] }
      let files = try find(input).filter { $0.kind == .signal || $0.kind == .text(.lines) }
      guard !files.isEmpty else { throw SeriesInputError.noSignals(folder: input) }
      return files.map(\.path)
    }
  }

  private static let audioNames = [
    ".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", ".au", ".caf", ".w64", ".rf64", ".opus", ".oga",
  ]

  /// A regular file in a folder, with an extension that we read.
  private static func file(_ path: String) -> SeriesFile? {
    guard FileKind.isFile(path) else { return nil }
    if let kind = kind(of: path) { return SeriesFile(path: path, kind: kind) }
    let lower = path.lowercased()
    return audioNames.contains(where: lower.hasSuffix) ? SeriesFile(path: path, kind: .signal) : nil
  }

  /// Whether a folder's file of this name would be one of its series.
  static func isReadable(_ path: String) -> Bool { file(path) != nil }

  private static func kind(of path: String) -> Kind? {
    if let format = SeriesFormat(path: path) { return .text(format) }
    if SignalFormat(rowsNamed: path) != nil { return .signal }
    return path.lowercased().hasSuffix(".npy") ? .array : nil
  }
}

import Convolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a preset cannot be found or used.
public enum PresetLookupError: Error, Equatable, Sendable {
  /// No folder has a preset of this name.
  case notFound(name: String, searched: [String], known: [String])
  /// Neighbouring stages of a preset disagree on channels.
  case stagesDoNotMeet(path: String, stage: Int, expected: Int, actual: Int)
  /// A stage's network cannot be built or takes too much memory.
  case network(path: String, stage: Int, reason: GeometryError)
  /// A stage's model was made for another rate than the preset.
  case sampleRate(path: String, stage: Int, expectedHz: Int, actualHz: Int)
  /// A stage's output and its input cannot be mixed.
  case mix(path: String, stage: Int, inputs: Int, outputs: Int)
  /// The signal has a number of channels that the preset cannot take.
  case channels(preset: String, expected: Int, actual: Int)
}

extension PresetLookupError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFound(let name, let searched, let known):
      searched.isEmpty
        ? "preset \(name): no folder of presets was found; set CONVAUDIO_PRESETS or give the path of a .json file."
        : "preset \(name): not found in \(searched.joined(separator: ", ")); "
          + (known.isEmpty
            ? "there are none; give the path of a .json file."
            : "there are \(known.joined(separator: ", ")), or give the path of a .json file.")
    case .stagesDoNotMeet(let path, let stage, let expected, let actual):
      "\(path): stages[\(stage)] takes \(actual) channels, expected the \(expected) that the stage before it gives."
    case .network(let path, let stage, let reason): "\(path): stages[\(stage)]: \(reason)."
    case .sampleRate(let path, let stage, let expected, let actual):
      "\(path): stages[\(stage)] is made for \(actual) Hz, expected the \(expected) Hz of the chain."
    case .mix(let path, let stage, let inputs, let outputs):
      "\(path): stages[\(stage)] gives \(outputs) channels for \(inputs), expected as many, or one input, to mix them."
    case .channels(let preset, let expected, let actual):
      "preset \(preset): takes \(expected) channels, but the signal has \(actual)."
    }
  }
}

/// The folders in which presets are found by name.
public struct PresetLibrary: Sendable {
  /// In the order in which they are searched.
  public let folders: [String]

  /// The library of these folders.
  public init(folders: [String]) { self.folders = folders }

  /// Folders of `$CONVAUDIO_PRESETS` (separated by colons), then `Presets` of the package that the executable was built
  /// in, then `../share/convaudio/presets` of an installation.
  public static var standard: PresetLibrary {
    var folders: [String] = []
    if let variable = getenv("CONVAUDIO_PRESETS") {
      folders += String(cString: variable).split(separator: ":").map(String.init)
    }
    var folder = executableFolder()
    let share = folder + "/../share/convaudio/presets"
    for _ in 0..<8 where !folder.isEmpty {
      if isReadable(folder + "/Package.swift"), isReadable(folder + "/Presets") {
        folders.append(folder + "/Presets")
        break
      }
      folder = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
    }
    if isReadable(share) { folders.append(share) }
    return PresetLibrary(folders: folders)
  }

  /// The file of a preset.
  /// - Parameter nameOrPath: A name, or a path, which has a slash or ends in `.json` or `.nam`.
  /// - Throws: `PresetLookupError.notFound`.
  public func path(of nameOrPath: String) throws(PresetLookupError) -> String {
    if nameOrPath.contains("/") || nameOrPath.hasSuffix(".json") || nameOrPath.hasSuffix(".nam") { return nameOrPath }
    for folder in folders where Self.isReadable("\(folder)/\(nameOrPath).json") {
      return "\(folder)/\(nameOrPath).json"
    }
    throw .notFound(name: nameOrPath, searched: folders, known: names())
  }

  /// Names of all presets, sorted; a name in an earlier folder hides the same one in a later.
  public func names() -> [String] {
    var names = Set<String>()
    for folder in folders {
      guard let stream = opendir(folder) else { continue }
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let file = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard file.hasSuffix(".json"), !file.hasSuffix(".schema.json"), !file.hasPrefix(".") else { continue }
        names.insert(String(file.dropLast(5)))
      }
    }
    return names.sorted()
  }

  private static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }

  /// The folder of the running program, links resolved.
  private static func executableFolder() -> String {
    #if os(Linux)
      let program = "/proc/self/exe"
    #else
      let program = CommandLine.arguments.first ?? ""
    #endif
    guard let resolved = realpath(program, nil) else { return "" }
    defer { free(resolved) }
    let path = String(cString: resolved)
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}

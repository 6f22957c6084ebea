#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folders where presets are found by name.
public struct PresetLibrary: Sendable {
  /// The folders, in the order in which they are searched.
  public let folders: [String]

  /// A library of these folders.
  public init(folders: [String]) { self.folders = folders }

  /// The folders in `$CONVAUDIO_PRESETS` (separated by colons), then `Presets` in the package that the program was built
  /// in, then `../share/convaudio/presets` beside an installed program.
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

  /// The path of a preset.
  /// - Parameter nameOrPath: A name; or a path, which contains a slash or ends in `.json` or `.nam` and is returned as it is.
  /// - Throws: `ChainError.notFound`.
  public func path(of nameOrPath: String) throws(ChainError) -> String {
    if nameOrPath.contains("/") || nameOrPath.hasSuffix(".json") || isModelFile(nameOrPath) { return nameOrPath }
    for folder in folders where Self.isReadable("\(folder)/\(nameOrPath).json") {
      return "\(folder)/\(nameOrPath).json"
    }
    throw .notFound(name: nameOrPath, searched: folders, known: names())
  }

  /// The names of all presets, sorted. A preset hides those of the same name in later folders.
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

/// A file's name without folder and extension: `amp` for `models/amp.nam`.
package func fileStem(of path: String) -> String {
  fileNameParts(path.split(separator: "/").last.map(String.init) ?? path).stem
}

/// A file's name without its extension, and the extension. A point at the start is part of the name.
func fileNameParts(_ name: String) -> (stem: String, ending: String) {
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
  return (String(name[..<dot]), String(name[name.index(after: dot)...]))
}

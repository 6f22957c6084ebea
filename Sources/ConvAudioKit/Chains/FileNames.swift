/// A file's name without folder and extension: `amp` for `models/amp.nam`.
package func fileStem(of path: String) -> String {
  fileNameParts(path.split(separator: "/").last.map(String.init) ?? path).stem
}

/// What comes before and after the last point of a file's name. A point at the start is part of the name.
func fileNameParts(_ name: String) -> (stem: String, ending: String) {
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
  return (String(name[..<dot]), String(name[name.index(after: dot)...]))
}

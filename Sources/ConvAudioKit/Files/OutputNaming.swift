import ByteFiles
import AudioFiles

/// How outputs are called whose names nobody gives.
///
/// ```
/// OutputNaming(template: "{model}/{input}.flac").path(for: "takes/di.wav", through: "amp")   // takes/amp/di.flac
/// ```
public struct OutputNaming: Sendable, Equatable {
  /// The name, with `{input}` for the input's name without its extension, `{model}` for the name of what it goes through,
  /// and `{extension}` for the container's, else the input's extension. Slashes make folders.
  public var template: String
  /// The folder; nil: the input's.
  public var folder: String?
  /// The container that is written; nil: the input's.
  public var container: AudioContainer?

  /// `in.dilated-stack.wav` for `in.wav`.
  public static let defaultTemplate = "{input}.{model}.{extension}"
  /// What stands in braces.
  public static let placeholders = ["input", "model", "extension"]

  public init(template: String = defaultTemplate, folder: String? = nil, container: AudioContainer? = nil) {
    self.template = template
    self.folder = folder
    self.container = container
  }

  /// What a template has in braces that is none of the placeholders; nil: nothing.
  public static func strangePlaceholder(in template: String) -> String? {
    var rest = template[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else { return String(rest[open...]) }
      let name = rest[rest.index(after: open)..<close]
      guard placeholders.contains(String(name)) else { return String(rest[open...close]) }
      rest = rest[rest.index(after: close)...]
    }
    return nil
  }

  /// The output for the file `input` through a chain. Standard input, `-`, is called `stdin`, and its output is standard
  /// output where there is neither folder nor template.
  public func path(for input: String, through chain: String) -> String {
    let isPiped = input == standardStreamPath
    if isPiped, folder == nil, template == Self.defaultTemplate { return standardStreamPath }
    let input = isPiped ? "stdin" : input
    let slash = input.lastIndex(of: "/")
    let inputFolder = slash.map { String(input[...$0]) } ?? ""
    let (stem, written) = Self.parts(of: slash.map { String(input[input.index(after: $0)...]) } ?? input)
    let ending = container?.fileExtension ?? (AudioContainer(fileExtension: written) == nil ? "wav" : written)
    return (folder.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? inputFolder)
      + filled(["input": stem, "model": chain, "extension": ending])
  }

  /// The template with names put in; those are not looked at for placeholders again.
  private func filled(_ names: [String: String]) -> String {
    var (result, rest) = ("", template[...])
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let name = String(rest[rest.index(after: open)..<close])
      // A name of points alone would lead out of the folder.
      let value = names[name].map { $0 == "." || $0 == ".." ? "_" : $0 }
      result += rest[..<open] + (value ?? "{\(name)}")
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }

  /// A file's name without its folder and extension, as in `amp` for `models/amp.nam`.
  public static func stem(of path: String) -> String {
    parts(of: path.split(separator: "/").last.map(String.init) ?? path).stem
  }

  private static func parts(of name: String) -> (stem: String, ending: String) {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
    return (String(name[..<dot]), String(name[name.index(after: dot)...]))
  }
}

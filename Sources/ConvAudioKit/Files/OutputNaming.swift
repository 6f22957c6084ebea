import ByteFiles
import AudioFiles

/// Names of outputs, made from a template.
///
/// ```
/// OutputNaming(template: "{model}/{input}.flac").path(for: "takes/di.wav", through: "amp")   // takes/amp/di.flac
/// ```
package struct OutputNaming: Sendable, Equatable {
  /// The name. `{input}` is the input's name without extension (with the folders that lead to it, where a tree is kept), `{model}` the chain's name, `{extension}` that of the
  /// container, or the input's. Slashes make folders.
  package var template: String
  /// Folder of the outputs; nil: the input's.
  package var folder: String?
  /// Container of the outputs; nil: the input's.
  package var container: AudioContainer?

  /// `in.dilated-stack.wav` for `in.wav`.
  package static let defaultTemplate = "{input}.{model}.{extension}"
  /// The names that are replaced when they are in braces.
  package static let placeholders = ["input", "model", "extension"]

  /// Names made this way. The defaults put `in.dilated-stack.wav` beside `in.wav`.
  package init(template: String = defaultTemplate, folder: String? = nil, container: AudioContainer? = nil) {
    self.template = template
    self.folder = folder
    self.container = container
  }

  /// The first thing in braces that is not a placeholder; nil: none.
  package static func strangePlaceholder(in template: String) -> String? {
    var rest = template[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}") else { return String(rest[open...]) }
      let name = rest[rest.index(after: open)..<close]
      guard placeholders.contains(String(name)) else { return String(rest[open...close]) }
      rest = rest[rest.index(after: close)...]
    }
    return nil
  }

  /// The output's path for an input and a chain. Standard input (`-`) is called `stdin`; its output is standard output,
  /// unless there is a folder or a template.
  ///
  /// - Parameter tree: The input's folder below the one that was named, with a slash at the end. It is kept below `folder`,
  ///   where there is one.
  package func path(for input: String, through chain: String, tree: String = "") -> String {
    let isPiped = input == standardStreamPath
    if isPiped, folder == nil, template == Self.defaultTemplate { return standardStreamPath }
    let input = isPiped ? "stdin" : input
    let slash = input.lastIndex(of: "/")
    let inputFolder = slash.map { String(input[...$0]) } ?? ""
    let (stem, written) = fileNameParts(slash.map { String(input[input.index(after: $0)...]) } ?? input)
    let ending = container?.fileExtension ?? (AudioContainer(fileExtension: written) == nil ? "wav" : written)
    return (folder.map { $0.hasSuffix("/") ? $0 : $0 + "/" } ?? inputFolder)
      + filled(["input": folder == nil ? stem : tree + stem, "model": chain, "extension": ending])
  }

  /// The template with its placeholders replaced, once: braces in a name are left alone.
  private func filled(_ names: [String: String]) -> String {
    var (result, rest) = ("", template[...])
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let name = String(rest[rest.index(after: open)..<close])
      // These names would lead out of the folder.
      let value = names[name].map { $0 == "." || $0 == ".." ? "_" : $0 }
      result += rest[..<open] + (value ?? "{\(name)}")
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }
}

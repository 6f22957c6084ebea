/// A preset: a named chain of stages, read from a JSON file with its weights next to it.
///
/// ```
/// let preset = try Preset(contentsOf: "Presets/dilated-stack.json")
/// for case .waveNet(let network) in preset.stages {
///   let file = try TensorFile(contentsOf: preset.path(of: network.weightsPath))
///   let weights = try network.readWeights(from: file)
/// }
/// ```
/// `Presets/README.md` describes the format; `Presets/preset.schema.json` is its JSON Schema. Reading is strict: an
/// unknown key, a wrong type or a value out of range is an error that names the JSON path.
package struct Preset: Sendable, Equatable {
  /// The only version of the format.
  package static let version = 1
  /// The largest preset that can be read, in bytes: 16 MB.
  package static let maximumFileBytes = 16_000_000
  /// The largest number of stages in a chain.
  package static let maximumStages = 256

  /// The name: 1 to 128 characters, no control characters or slashes, not starting with a dot.
  package var name: String
  /// What the preset does, in one line.
  package var description: String
  /// The sample rate it was made for, in hertz; nil: any.
  package var sampleRateHz: Int?
  /// The stages in running order. With none, audio passes through unchanged.
  package var stages: [PresetStage]
  /// Free-form JSON for the author; kept, but not interpreted.
  package var metadata: [String: JSONValue]
  /// The folder of the preset file; paths in the preset are relative to it.
  package var folder: String

  /// Makes a preset from its parts, without checks.
  package init(
    name: String, description: String, sampleRateHz: Int? = nil, stages: [PresetStage] = [],
    metadata: [String: JSONValue] = [:], folder: String = "."
  ) {
    self.name = name
    self.description = description
    self.sampleRateHz = sampleRateHz
    self.stages = stages
    self.metadata = metadata
    self.folder = folder
  }

  /// Reads a preset file of at most `maximumFileBytes`.
  ///
  /// - Parameters:
  ///   - path: The JSON file.
  ///   - allowOutside: Whether the preset may name files outside its own folder. Default: no, so that a preset from a
  ///     stranger can read only files that came with it. (Links are followed either way.)
  /// - Throws: `ModelFormatError`.
  package init(contentsOf path: String, allowOutside: Bool = false) throws(ModelFormatError) {
    try self.init(
      json: try modelBytes(of: path, maximumBytes: Self.maximumFileBytes), path: path, allowOutside: allowOutside)
  }

  /// Reads a preset from memory.
  ///
  /// - Parameters:
  ///   - json: UTF-8 text.
  ///   - path: The name of the file in errors; paths in the preset are relative to its folder.
  ///   - allowOutside: As above.
  /// - Throws: `ModelFormatError`.
  package init(json: [UInt8], path: String, allowOutside: Bool = false) throws(ModelFormatError) {
    guard json.count <= Self.maximumFileBytes else {
      throw .fileTooLarge(file: path, expected: Self.maximumFileBytes, actual: json.count)
    }
    let root = try JSONParser.parse(json, file: path).object("an object")
    // Format and version are checked first: for a file of a later version, that is the problem, not its new keys.
    try root.refuseOtherModels()
    let format = try root.required("format")
    guard format.value == .string("convaudio-preset") else {
      throw format.failure(expected: "\"convaudio-preset\"")
    }
    let version = try root.required("version")
    guard version.value == .integer(Self.version) || version.value == .number(Double(Self.version)) else {
      throw version.failure(expected: "\(Self.version)")
    }
    try root.refuseKeys(exceptFor: [
      "format", "version", "name", "description", "sampleRateHz", "stages", "metadata",
    ])

    self.init(
      name: try Self.name(try root.required("name")),
      description: try Self.line(
        try root.required("description"), "one line of at most 1024 characters", counts: 0...1024),
      sampleRateHz: try root.optional("sampleRateHz")?.integer(in: 1...10_000_000),
      metadata: try root.optional("metadata")?.object().members ?? [:],
      folder: Self.folder(of: path))
    for stage in try root.required("stages").array(
      "an array of at most \(Self.maximumStages) stages", counts: 0...Self.maximumStages)
    {
      stages.append(try PresetStage(stage, allowOutside: allowOutside))
    }
  }

  /// The path of a file that the preset names.
  package func path(of relativePath: String) -> String {
    if relativePath.hasPrefix("/") || folder == "." { return relativePath }
    return folder.hasSuffix("/") ? folder + relativePath : "\(folder)/\(relativePath)"
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The name is used in file names and on terminals, so it must be harmless there.
  private static func name(_ node: JSONNode) throws(ModelFormatError) -> String {
    let expected = "a name of 1 to 128 characters without slashes, not starting with a dot"
    let name = try line(node, expected, counts: 1...128)
    guard !name.hasPrefix("."), !name.contains("/"), !name.contains("\\") else {
      throw node.failure(expected: expected)
    }
    return name
  }

  private static func line(
    _ node: JSONNode, _ expected: String, counts: ClosedRange<Int>
  ) throws(ModelFormatError) -> String {
    let text = try node.string(expected)
    let scalars = text.unicodeScalars
    guard counts.contains(scalars.count), !scalars.contains(where: isControl) else {
      throw node.failure(expected: expected)
    }
    return text
  }
}

/// One stage of a preset's chain.
package enum PresetStage: Sendable, Equatable {
  /// A stack of dilated causal convolutions.
  case waveNet(WaveNetDescription)
  /// A convolution with impulse responses.
  case convolution(ConvolutionDescription)
  /// A trained model file.
  case model(ModelDescription)
  /// A gain, in decibels.
  case gain(decibels: Float)

  init(_ node: JSONNode, allowOutside: Bool) throws(ModelFormatError) {
    let object = try node.object("an object with a type")
    let type = try object.required("type")
    switch type.value {
    case .string("wavenet"): self = .waveNet(try WaveNetDescription(object, allowOutside: allowOutside))
    case .string("convolution"): self = .convolution(try ConvolutionDescription(object, allowOutside: allowOutside))
    case .string("nam"): self = .model(try ModelDescription(object, allowOutside: allowOutside))
    case .string("gain"):
      try object.refuseKeys(exceptFor: ["type", "gainDecibels"])
      self = .gain(decibels: try object.required("gainDecibels").float(in: LevelsDescription.decibels))
    default: throw type.failure(expected: "\"wavenet\", \"convolution\", \"nam\" or \"gain\"")
    }
  }
}

/// The path of a file that a preset names. Unless `allowOutside` is set, it must be relative and without `..`.
func filePath(_ node: JSONNode, what: String, allowOutside: Bool) throws(ModelFormatError) -> String {
  let path = try node.string(what)
  guard !path.isEmpty, !path.unicodeScalars.contains(where: isControl) else { throw node.failure(expected: what) }
  let leaves = path.hasPrefix("/") || path.split(separator: "/").contains("..")
  guard allowOutside || !leaves else { throw node.failure(expected: "a relative path within the preset's folder") }
  return path
}

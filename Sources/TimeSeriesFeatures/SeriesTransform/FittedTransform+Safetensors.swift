import ModelFormats

extension FittedTransform {
  /// Reads a parameter file.
  ///
  /// - Throws: `ModelFormatError` when the file cannot be read, `FeatureError.invalidParameters` when its contents are
  ///   not valid.
  public init(contentsOf path: String) throws { try self.init(TensorFile(contentsOf: path)) }

  /// Reads parameters from a safetensors file in memory.
  /// - Throws: `FeatureError.invalidParameters`, `ModelFormatError` for missing tensors.
  package init(_ file: TensorFile) throws {
    let metadata = Metadata(file: file)
    guard file.metadata["format"] == Self.format else {
      throw metadata.wrong("format", expected: "'\(Self.format)'")
    }
    guard file.metadata["version"] == "1" else { throw metadata.wrong("version", expected: "'1'") }
    let channels = try metadata.integer("channels")
    switch file.metadata["transform"].flatMap(Kind.init) {
    case .minirocket:
      self = .miniRocket(MiniRocket(parameters: try MiniRocketParameters(file, prefix: "", channels: channels)))
    case .multirocket:
      let compatibility: MultiRocket.Compatibility = try metadata.word("compatibility")
      self = .multiRocket(
        try MultiRocket(
          series: try MiniRocketParameters(file, prefix: "series.", channels: channels),
          differences: try MiniRocketParameters(file, prefix: "differences.", channels: channels),
          compatibility: compatibility))
    case .rocket:
      let kernels = try RocketKernels(
        channels: channels, lengths: file.integers("lengths"), dilations: file.integers("dilations"),
        isPadded: file.integers("paddings").map { $0 != 0 }, biases: file.numbers("biases"),
        channelCounts: file.integers("channel_counts"), channelList: file.integers("channel_list"),
        weights: file.numbers("weights"))
      guard let text = file.metadata["normalise"], let isNormalising = Bool(text) else {
        throw metadata.wrong("normalise", expected: "'true' or 'false'")
      }
      self = .rocket(Rocket(kernels: kernels, isNormalising: isNormalising))
    case .hydra:
      self = .hydra(
        try Hydra(
          channels: channels, dilations: file.integers("dilations"), groups: metadata.integer("groups"),
          representations: metadata.integer("representations"), weights: file.numbers("weights"),
          channelList: file.integers("channel_list")))
    case nil:
      throw metadata.wrong(
        "transform", expected: Kind.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or "))
    }
    if file.metadata["short"] != nil { shortSeries = try metadata.word("short") }
  }

  /// The parameters as a safetensors file. The same transform always gives the same bytes.
  package var file: TensorFile {
    var tensors: [String: StoredTensor] = [:]
    var metadata = [
      "format": Self.format, "version": "1", "transform": kind.rawValue, "channels": "\(transform.channels)",
      "short": shortSeries.rawValue, "maker": "convaudio",
    ]
    func put(_ name: String, _ integers: [Int]) {
      tensors[name] = StoredTensor(shape: [integers.count], integers: integers)
    }
    func put(_ name: String, _ numbers: [Float]) {
      tensors[name] = StoredTensor(shape: [numbers.count], values: numbers)
    }
    func put(_ parameters: MiniRocketParameters, prefix: String) {
      put(prefix + "dilations", parameters.dilations)
      put(prefix + "biases_per_kernel", parameters.biasesPerKernel)
      put(prefix + "biases", parameters.biases)
      put(prefix + "channel_counts", parameters.channelCounts)
      put(prefix + "channel_list", parameters.channelList)
    }
    switch self {
    case .miniRocket(let transform):
      put(transform.parameters, prefix: "")
    case .multiRocket(let transform):
      put(transform.series, prefix: "series.")
      put(transform.differences, prefix: "differences.")
      metadata["compatibility"] = transform.compatibility.rawValue
    case .rocket(let transform):
      let kernels = transform.kernels
      put("lengths", kernels.lengths)
      put("dilations", kernels.dilations)
      put("paddings", kernels.isPadded.map { $0 ? 1 : 0 })
      put("biases", kernels.biases)
      put("channel_counts", kernels.channelCounts)
      put("channel_list", kernels.channelList)
      put("weights", kernels.weights)
      metadata["normalise"] = "\(transform.isNormalising)"
    case .hydra(let transform):
      put("dilations", transform.dilations)
      put("weights", transform.weights)
      put("channel_list", transform.channelList)
      metadata["groups"] = "\(transform.groups)"
      metadata["representations"] = "\(transform.representations)"
    }
    return TensorFile(tensors: tensors, metadata: metadata)
  }

  /// The bytes of a safetensors file.
  public func serialized() -> [UInt8] { file.serialized() }
}

extension MiniRocketParameters {
  fileprivate init(_ file: TensorFile, prefix: String, channels: Int) throws {
    try self.init(
      channels: channels, dilations: file.integers(prefix + "dilations"),
      biasesPerKernel: file.integers(prefix + "biases_per_kernel"), biases: file.numbers(prefix + "biases"),
      channelCounts: file.integers(prefix + "channel_counts"), channelList: file.integers(prefix + "channel_list"))
  }
}

/// The metadata of a file. Errors name the file and the key.
private struct Metadata {
  let file: TensorFile

  func wrong(_ key: String, expected: String) -> FeatureError {
    let actual = file.metadata[key].map {
      "'\($0.unicodeScalars.prefix(40).map { $0.escaped(asASCII: true) }.joined())'"
    }
    return .invalidParameters(
      place: "\(file.path): the metadata '\(key)'", expected: expected, actual: actual ?? "nothing")
  }

  func integer(_ key: String) throws(FeatureError) -> Int {
    guard let value = file.metadata[key].flatMap({ Int($0) }) else { throw wrong(key, expected: "a whole number") }
    return value
  }

  func word<Word: RawRepresentable & CaseIterable>(
    _ key: String
  ) throws(FeatureError) -> Word where Word.RawValue == String {
    guard let word = file.metadata[key].flatMap(Word.init) else {
      throw wrong(key, expected: Word.allCases.map { "'\($0.rawValue)'" }.joined(separator: " or "))
    }
    return word
  }
}

extension NAMModel {
  /// Reads a `.nam` file of at most `maximumFileBytes`.
  /// - Throws: `ModelFormatError`.
  package init(contentsOf path: String) throws(ModelFormatError) {
    try self.init(json: try modelBytes(of: path, maximumBytes: Self.maximumFileBytes), path: path)
  }

  /// Reads a model from memory.
  ///
  /// - Parameters:
  ///   - json: UTF-8 text, with or without a byte order mark.
  ///   - path: The name of the file in errors.
  /// - Throws: `ModelFormatError`.
  package init(json: [UInt8], path: String) throws(ModelFormatError) {
    guard json.count <= Self.maximumFileBytes else {
      throw .fileTooLarge(file: path, expected: Self.maximumFileBytes, actual: json.count)
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let start = json.starts(with: mark) ? mark.count : 0
    try self.init(
      JSONParser.parse(
        start == 0 ? json : Array(json[start...]), file: path, byteOffset: start, maximumValues: Self.maximumValues))
  }

  /// Reads a model at the top level or nested in another one.
  init(_ node: JSONNode) throws(ModelFormatError) {
    let object = try node.object("a model: an object with version, architecture, config and weights")
    try object.refuseOtherModels()
    let version = try Self.version(try object.required("version"))
    let config = try object.required("config").object()
    var weights = NAMWeightList(try object.required("weights").floats())
    let architecture: NAMArchitecture
    let name = try object.required("architecture")
    switch name.value {
    case .string("WaveNet"): architecture = .waveNet(try NAMWaveNet(config, &weights))
    case .string("ConvNet"): architecture = .convNet(try NAMConvNet(config, &weights))
    case .string("Linear"): architecture = .linear(try NAMLinear(config, &weights))
    case .string("LSTM"): architecture = .lstm(try NAMLSTM(config, &weights))
    case .string("SlimmableContainer"): architecture = .container(try Self.submodels(config))
    case .string("Sequential"): architecture = .sequential(try Self.sequence(config))
    default:
      throw name.failure(expected: "one of WaveNet, ConvNet, Linear, LSTM, SlimmableContainer, Sequential")
    }
    try weights.finish(at: object)
    self.init(
      version: version, architecture: architecture, sampleRateHz: try Self.sampleRate(object),
      metadata: try object.present("metadata")?.object("an object or null").members ?? [:])
  }

  /// `major.minor.patch`, 0.5.0 to 0.7.x.
  private static func version(_ node: JSONNode) throws(ModelFormatError) -> String {
    let text = try node.string("a version from 0.5.0 to 0.7.x")
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
      part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
    }
    guard parts.count == 3, let major = parts[0], let minor = parts[1], parts[2] != nil, major == 0,
      (5...7).contains(minor)
    else {
      throw node.failure(expected: "a version from 0.5.0 to 0.7.x")
    }
    return text
  }

  private static func sampleRate(_ object: JSONObject) throws(ModelFormatError) -> Double? {
    guard let node = object.present("sample_rate") else { return nil }
    // What trainers write when nobody said it.
    if node.value == .integer(-1) || node.value == .number(-1) { return nil }
    return try node.double(in: 1...10_000_000)
  }

  // MARK: - Models of models

  /// The largest number of submodels in a container, and of models in a sequence (counting nested sequences).
  private static let maximumModels = 256

  private static func submodels(_ config: JSONObject) throws(ModelFormatError) -> [NAMSubmodel] {
    let list = try config.required("submodels")
    var submodels: [NAMSubmodel] = []
    for node in try list.array("an array of 1 to \(maximumModels) submodels", counts: 1...maximumModels) {
      let entry = try node.object()
      let limit = try entry.required("max_value")
      let value = try limit.double(in: -1e9...1e9)
      if let before = submodels.last, value <= before.maximumValue {
        throw limit.failure(expected: "more than \(before.maximumValue), the value of the previous submodel")
      }
      let model = try NAMModel(try entry.required("model"))
      if let first = submodels.first?.model { try check(model, like: first, at: entry.place(of: "model"), in: config) }
      submodels.append(NAMSubmodel(maximumValue: value, model: model))
    }
    guard let last = submodels.last, last.maximumValue >= 1 else {
      throw .invalidValue(
        file: config.file, path: "\(list.path)[\(submodels.count - 1)].max_value",
        expected: "at least 1 for the last submodel",
        actual: "\(submodels.last?.maximumValue ?? 0)")
    }
    return submodels
  }

  /// Submodels replace each other, so they need the same sample rate and channels.
  private static func check(
    _ model: NAMModel, like first: NAMModel, at path: String, in config: JSONObject
  ) throws(ModelFormatError) {
    try checkRate(model, like: first, at: path, in: config)
    for (what, actual, expected) in [
      ("input", model.inputChannels, first.inputChannels), ("output", model.outputChannels, first.outputChannels),
    ] where actual != expected {
      throw .invalidValue(
        file: config.file, path: path, expected: "a model with \(expected) \(what) channels, like the first one",
        actual: "a model with \(actual)")
    }
  }

  private static func checkRate(
    _ model: NAMModel, like first: NAMModel, at path: String, in config: JSONObject
  ) throws(ModelFormatError) {
    guard model.sampleRateHz == first.sampleRateHz else {
      func text(_ rate: Double?) -> String { rate.map { "\($0)" } ?? "absent" }
      throw .invalidValue(
        file: config.file, path: "\(path).sample_rate", expected: "\(text(first.sampleRateHz)), like the first model",
        actual: text(model.sampleRateHz))
    }
  }

  private static func sequence(_ config: JSONObject) throws(ModelFormatError) -> [NAMModel] {
    var models: [NAMModel] = []
    for node in try config.required("models").array(
      "an array of 1 to \(maximumModels) models", counts: 1...maximumModels)
    {
      let model = try NAMModel(node)
      if let first = models.first { try checkRate(model, like: first, at: node.path, in: config) }
      if let before = models.last, before.outputChannels != model.inputChannels {
        throw .invalidValue(
          file: config.file, path: node.path,
          expected: "a model with \(before.outputChannels) input channels, the output channels of the previous one",
          actual: "a model with \(model.inputChannels)")
      }
      models.append(model)
      let count = models.reduce(0) { $0 + $1.modelsInRow }
      guard count <= maximumModels else {
        throw .invalidValue(
          file: config.file, path: node.path,
          expected: "a sequence of at most \(maximumModels) models, counting nested sequences",
          actual: "at least \(count) models")
      }
    }
    return models
  }

  /// The number of models in a row.
  private var modelsInRow: Int {
    switch architecture {
    case .sequential(let models): models.reduce(0) { $0 + $1.modelsInRow }
    case .container(let submodels): submodels.reduce(1) { max($0, $1.model.modelsInRow) }
    case .waveNet, .convNet, .linear, .lstm: 1
    }
  }
}

/// Limits on sizes in a `.nam` file: far beyond any network that can run, and small enough that no product overflows.
enum NAMLimits {
  static let channels = 1...4096
  static let kernelSize = 1...65_536
  static let dilation = 1...(1 << 24)
  /// Layers in one network.
  static let layers = 1024
}

extension JSONObject {
  /// An integer, or `fallback` when it is absent or null.
  func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int) throws(ModelFormatError) -> Int {
    try present(key)?.integer(in: range) ?? fallback
  }

  /// A number of groups that divides both channel counts; 1 when it is absent.
  func groups(
    _ key: String, from inputs: Int, to outputs: Int
  ) throws(ModelFormatError) -> Int {
    guard let node = present(key) else { return 1 }
    let groups = try node.integer(in: NAMLimits.channels)
    guard inputs.isMultiple(of: groups), outputs.isMultiple(of: groups) else {
      throw node.failure(expected: "a divisor of \(inputs) input and \(outputs) output channels")
    }
    return groups
  }
}

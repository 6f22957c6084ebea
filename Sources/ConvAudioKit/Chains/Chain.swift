import StreamingConvolution

/// What a signal goes through: stages, in order. A preset file, a trained model, an impulse response and a list of stages
/// all make the same type.
///
/// ```swift
/// let amp = try Chain("amp.nam").followed(by: Chain("dilated-stack"))
/// let processor = try amp.makeProcessor(channels: 2, maximumBlockFrames: 512)
/// ```
public struct Chain: Sendable {
  /// What a chain was made from, and so what errors call it.
  public enum Origin: String, Sendable {
    /// A preset file.
    case preset
    /// A trained model.
    case model
    /// A file of impulse responses.
    case response = "impulse response"
    /// Stages, or several chains in a row.
    case stages = "chain"
  }

  /// A chain in an error: "model amp".
  public struct Label: Hashable, Sendable, CustomStringConvertible {
    /// What the chain was made from.
    public let origin: Origin
    /// The chain's name.
    public let name: String

    /// A label for a chain of this origin and name.
    public init(_ origin: Origin, _ name: String) { (self.origin, self.name) = (origin, name) }

    /// Origin and name, such as `preset tiny`.
    public var description: String { "\(origin.rawValue) \(name)" }
  }

  /// The name of the preset, model or response; of chains in a row all their names, with points between.
  public private(set) var name: String
  /// What the chain was made from.
  public private(set) var origin: Origin
  /// The file it was read from; nil without one.
  public private(set) var path: String?
  /// What the chain does, in one line, as its maker says it.
  public private(set) var about: String
  /// Sample rate that the chain was made for, in Hz; nil: any.
  public private(set) var sampleRateHz: Int?
  /// The stages, in the order in which the signal passes them. None: the signal is unchanged.
  package private(set) var stages: [Stage]

  /// A chain of these stages.
  ///
  /// - Parameters:
  ///   - name: What errors and output files call it.
  ///   - sampleRateHz: Rate that it was made for. Default: that of its first model, or any.
  /// - Throws: `ChainError` when a stage's channels or sample rate do not fit the others.
  package init(name: String, stages: [Stage], sampleRateHz: Int? = nil) throws(ChainError) {
    try self.init(name: name, origin: .stages, path: nil, about: "", sampleRateHz: sampleRateHz, stages: stages)
  }

  /// A chain of one convolution with impulse responses.
  ///
  /// - Parameter name: Default: the name of the response's file without folder and extension.
  package init(_ response: ResponseStage, name: String? = nil) {
    (path, origin, sampleRateHz) = (nil, .response, nil)
    self.name = name ?? fileStem(of: response.response.path)
    about = "convolution with \(response.response.path)"
    stages = [.response(response)]
  }

  init(
    name: String, origin: Origin, path: String?, about: String, sampleRateHz: Int?, stages: [Stage]
  ) throws(ChainError) {
    (self.name, self.origin, self.path, self.about) = (name, origin, path, about)
    (self.sampleRateHz, self.stages) = (sampleRateHz, stages)
    try settleSampleRate()
    try checkThatStagesMeet()
  }

  /// Takes the rate of the first model where none is given, and checks that all models have the chain's.
  private mutating func settleSampleRate() throws(ChainError) {
    for (index, stage) in stages.enumerated() {
      guard case .model(let model) = stage else { continue }
      let rate = sampleRateHz ?? model.sampleRateHz
      sampleRateHz = rate
      guard rate == model.sampleRateHz || model.assumesSampleRate else {
        throw .sampleRate(path: path ?? name, stage: index, expectedHz: rate, actualHz: model.sampleRateHz)
      }
    }
  }

  private func checkThatStagesMeet() throws(ChainError) {
    for (index, (stage, next)) in zip(stages, stages.dropFirst()).enumerated() {
      // A mono stage runs on every channel.
      guard let outputs = stage.outputChannels, let inputs = next.inputChannels else { continue }
      guard outputs == inputs || inputs == 1 && next.outputChannels == 1 else {
        throw .stagesDoNotMeet(path: path ?? name, stage: index + 1, expected: outputs, actual: inputs)
      }
    }
  }

  /// This chain, then another.
  /// - Throws: `ChainError` when their sample rates or channels do not fit.
  public func followed(by next: Chain) throws(ChainError) -> Chain {
    var both = self
    (both.path, both.origin) = (nil, .stages)
    both.name = "\(name).\(next.name)"
    both.stages += next.stages
    if let rate = next.sampleRateHz {
      guard rate == sampleRateHz ?? rate else {
        throw .sampleRate(path: both.name, stage: stages.count, expectedHz: sampleRateHz ?? rate, actualHz: rate)
      }
      both.sampleRateHz = rate
    }
    try both.checkThatStagesMeet()
    return both
  }

  /// The same chain with other stages, and for another sample rate where one is given.
  func with(stages: [Stage], sampleRateHz: Int? = nil) -> Chain {
    var copy = self
    copy.stages = stages
    copy.sampleRateHz = sampleRateHz ?? self.sampleRateHz
    return copy
  }

  /// What errors call the chain.
  public var label: Label { Label(origin, name) }

  /// Channels that the chain takes; nil when that depends on the signal.
  public var inputChannels: Int? { stages.first?.inputChannels }

  /// Channels that the chain gives; nil when that depends on the signal.
  public var outputChannels: Int? { stages.last?.outputChannels }

  /// Channels of a signal to try the chain with: what it takes, or what its first impulse response needs, or 1.
  public var typicalChannels: Int {
    inputChannels ?? firstResponse?.typicalChannels ?? 1
  }

  /// Multiply-adds of all networks for one frame, without convolutions with impulse responses.
  public var multiplyAddsPerFrame: Int { stages.reduce(0) { $0 + $1.multiplyAddsPerFrame } }

  /// The rate at which the chain runs for a signal of rate `sampleRateHz`: its own, else the signal's, else that of its
  /// first impulse response.
  func sampleRateHz(forSignalOf sampleRateHz: Int?) -> Int? {
    if let rate = self.sampleRateHz ?? sampleRateHz { return rate }
    return firstResponse?.response.sampleRateHz
  }

  private var firstResponse: ResponseStage? { stages.lazy.compactMap(\.firstResponse).first }
}

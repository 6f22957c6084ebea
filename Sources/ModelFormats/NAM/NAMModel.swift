/// A Neural Amp Modeler model: a `.nam` file as a plain value.
///
/// ```
/// let model = try NAMModel(contentsOf: "amp.nam")
/// model.architecture        // .waveNet(…), weights inside
/// model.sampleRateHz        // 48000
/// model.loudnessDecibels    // −18.3
/// ```
/// Read are the versions 0.5.0 to 0.7.x, by the keys that are present rather than by the version's number: keys of one
/// version stand in files of another. Keys that the format does not know are passed over, as every other reader does.
/// What is there is checked: types, ranges, channel counts that must meet, and the exact number of weights.
///
/// The layout is that of the trainer (`neural-amp-modeler`, Python) and of the player (NeuralAmpModelerCore).
public struct NAMModel: Sendable, Equatable {
  /// The largest file that is read: 64 MB, a thousand times a standard model's weights.
  public static let maximumFileBytes = 64_000_000
  /// The most values, weights included, that a file may hold.
  static let maximumValues = 4_000_000

  /// `major.minor.patch` of the file's format.
  public var version: String
  /// The network with its weights.
  public var architecture: NAMArchitecture
  /// The rate that the model was trained at; nil in files before 2023, which players take as 48,000.
  public var sampleRateHz: Double?
  /// The `metadata` object as it stands in the file. `NAMModel+Metadata.swift` names what is known.
  public var metadata: [String: JSONValue]

  /// A model from its parts, unchecked.
  public init(
    version: String = "0.7.0", architecture: NAMArchitecture, sampleRateHz: Double? = nil,
    metadata: [String: JSONValue] = [:]
  ) {
    self.version = version
    self.architecture = architecture
    self.sampleRateHz = sampleRateHz
    self.metadata = metadata
  }

  /// Channels of the input.
  public var inputChannels: Int {
    switch architecture {
    case .waveNet(let network): network.inputChannels
    case .convNet(let network): network.inputChannels
    case .linear: 1
    case .lstm(let network): network.inputChannels
    case .container(let submodels): submodels.last?.model.inputChannels ?? 1
    case .sequential(let models): models.first?.inputChannels ?? 1
    }
  }

  /// Channels of the output.
  public var outputChannels: Int {
    switch architecture {
    case .waveNet(let network): network.outputChannels
    case .convNet(let network): network.head.outputChannels
    case .linear: 1
    case .lstm(let network): network.head.outputChannels
    case .container(let submodels): submodels.last?.model.outputChannels ?? 1
    case .sequential(let models): models.last?.outputChannels ?? 1
    }
  }
}

/// What a model is made of.
public indirect enum NAMArchitecture: Sendable, Equatable {
  /// Arrays of dilated layers.
  case waveNet(NAMWaveNet)
  /// A stack of dilated convolutions of two taps.
  case convNet(NAMConvNet)
  /// One impulse response.
  case linear(NAMLinear)
  /// Recurrent cells, one behind the other.
  case lstm(NAMLSTM)
  /// Models of rising size, of which one runs: `SlimmableContainer`.
  case container([NAMSubmodel])
  /// Models one behind the other.
  case sequential([NAMModel])

  /// As the file spells it.
  public var name: String {
    switch self {
    case .waveNet: "WaveNet"
    case .convNet: "ConvNet"
    case .linear: "Linear"
    case .lstm: "LSTM"
    case .container: "SlimmableContainer"
    case .sequential: "Sequential"
    }
  }
}

/// A model of a container, and the sizes that choose it.
public struct NAMSubmodel: Sendable, Equatable {
  /// It runs for sizes below this one that no earlier submodel takes; the last also for all others.
  public var maximumValue: Double
  /// What runs.
  public var model: NAMModel

  /// A submodel from its parts.
  public init(maximumValue: Double, model: NAMModel) {
    self.maximumValue = maximumValue
    self.model = model
  }
}

/// A causal convolution of stride 1 with its weights.
///
/// ```
/// y[o,t] = bias[o] + Σ_i Σ_k weights[o,i,k] · x[i, t − (kernelSize − 1 − k)·dilation]
/// ```
public struct NAMConvolution: Sendable, Equatable {
  /// Channels that come out.
  public var outputChannels: Int
  /// Channels that go in.
  public var inputChannels: Int
  /// Taps along time.
  public var kernelSize: Int
  /// Frames between taps.
  public var dilation: Int
  /// Independent parts that the channels are divided into.
  public var groups: Int
  /// `[outputChannels, inputChannels / groups, kernelSize]`, row-major, the oldest tap first.
  public var weights: [Float]
  /// One an output channel; nil for none.
  public var bias: [Float]?

  /// A convolution from its parts, unchecked.
  public init(
    outputChannels: Int, inputChannels: Int, kernelSize: Int = 1, dilation: Int = 1, groups: Int = 1,
    weights: [Float], bias: [Float]? = nil
  ) {
    self.outputChannels = outputChannels
    self.inputChannels = inputChannels
    self.kernelSize = kernelSize
    self.dilation = dilation
    self.groups = groups
    self.weights = weights
    self.bias = bias
  }
}

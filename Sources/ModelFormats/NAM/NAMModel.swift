/// A Neural Amp Modeler model: a `.nam` file as a plain value.
///
/// ```
/// let model = try NAMModel(contentsOf: "amp.nam")
/// model.architecture        // .waveNet(…), weights inside
/// model.sampleRateHz        // 48000
/// model.loudnessDecibels    // −18.3
/// ```
/// Reads versions 0.5.0 to 0.7.x. It goes by the keys that are present, not by the version, because files mix the keys
/// of several versions. Unknown keys are ignored, as in every other reader. Everything else is checked: types, ranges,
/// channel counts that must match, and the exact number of weights.
///
/// The layout follows the trainer (`neural-amp-modeler`, Python) and the player (NeuralAmpModelerCore).
package struct NAMModel: Sendable, Equatable {
  /// The largest file that can be read, in bytes: 64 MB, a thousand times the weights of a standard model.
  package static let maximumFileBytes = 64_000_000
  /// The largest number of values, including weights, in a file.
  static let maximumValues = 4_000_000

  /// The version of the file format: `major.minor.patch`.
  package var version: String
  /// The network and its weights.
  package var architecture: NAMArchitecture
  /// The sample rate that the model was trained at, in hertz; nil in files from before 2023, for which players assume
  /// 48,000.
  package var sampleRateHz: Double?
  /// The `metadata` object of the file. `NAMModel+Metadata.swift` has the known entries.
  package var metadata: [String: JSONValue]

  /// Makes a model from its parts, without checks.
  package init(
    version: String = "0.7.0", architecture: NAMArchitecture, sampleRateHz: Double? = nil,
    metadata: [String: JSONValue] = [:]
  ) {
    self.version = version
    self.architecture = architecture
    self.sampleRateHz = sampleRateHz
    self.metadata = metadata
  }

  /// Number of input channels.
  package var inputChannels: Int {
    switch architecture {
    case .waveNet(let network): network.inputChannels
    case .convNet(let network): network.inputChannels
    case .linear: 1
    case .lstm(let network): network.inputChannels
    case .container(let submodels): submodels.last?.model.inputChannels ?? 1
    case .sequential(let models): models.first?.inputChannels ?? 1
    }
  }

  /// Number of output channels.
  package var outputChannels: Int {
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

/// The network of a model.
package indirect enum NAMArchitecture: Sendable, Equatable {
  /// Arrays of dilated layers.
  case waveNet(NAMWaveNet)
  /// A stack of dilated convolutions of two taps.
  case convNet(NAMConvNet)
  /// One impulse response.
  case linear(NAMLinear)
  /// Recurrent cells in sequence.
  case lstm(NAMLSTM)
  /// Models of increasing size, one of which runs: `SlimmableContainer`.
  case container([NAMSubmodel])
  /// Models in sequence.
  case sequential([NAMModel])

  /// The name in the file.
  package var name: String {
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

/// One size of a container.
package struct NAMSubmodel: Sendable, Equatable {
  /// Used for sizes below this value that no earlier submodel covers; the last submodel also covers all larger sizes.
  package var maximumValue: Double
  /// The model to run.
  package var model: NAMModel

  /// Makes a submodel from its parts.
  package init(maximumValue: Double, model: NAMModel) {
    self.maximumValue = maximumValue
    self.model = model
  }
}

/// A causal convolution of stride 1 with its weights.
///
/// ```
/// y[o,t] = bias[o] + Σ_i Σ_k weights[o,i,k] · x[i, t − (kernelSize − 1 − k)·dilation]
/// ```
package struct NAMConvolution: Sendable, Equatable {
  /// Number of output channels.
  package var outputChannels: Int
  /// Number of input channels.
  package var inputChannels: Int
  /// Number of taps.
  package var kernelSize: Int
  /// Distance between taps, in frames.
  package var dilation: Int
  /// Number of groups that the channels are divided into.
  package var groups: Int
  /// `[outputChannels, inputChannels / groups, kernelSize]`, row-major, oldest tap first.
  package var weights: [Float]
  /// One per output channel; nil: no bias.
  package var bias: [Float]?

  /// Makes a convolution from its parts, without checks.
  package init(
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

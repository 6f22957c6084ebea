import ModelFormats

/// A fitted transform of any kind, and its file format: fit once, use everywhere.
///
/// ```swift
/// try FittedTransform(MiniRocket(fittingTo: training)).serialized()  // bytes of a safetensors file
/// let transform = try FittedTransform(contentsOf: "parameters.safetensors").transform
/// ```
/// A file holds float32 and int32 tensors and metadata, no code. `Tools/features/README.md` lists them; a script there
/// converts what aeon fitted.
public enum FittedTransform: Sendable, Equatable {
  /// Shares of positive values of 84 fixed kernels.
  case miniRocket(MiniRocket)
  /// Four statistics per kernel, of the series and its differences.
  case multiRocket(MultiRocket)
  /// Random kernels.
  case rocket(Rocket)
  /// Competing kernels.
  case hydra(Hydra)

  /// The value of `metadata["format"]`.
  public static let format = "convaudio-features"

  /// The kinds, by their names in files and commands.
  public enum Kind: String, CaseIterable, Sendable {
    case minirocket, multirocket, rocket, hydra

    /// The size parameter of a fit for about this many features. For MultiRocket and ROCKET it counts kernels, with
    /// eight and two features each.
    func count(ofFeatures features: Int?) -> Int {
      switch self {
      case .minirocket: features ?? 10_000
      case .multirocket: features.map { max(1, $0 / 8) } ?? 6250
      case .rocket: features.map { max(1, $0 / 2) } ?? 10_000
      case .hydra: features ?? 0
      }
    }
  }

  /// Fits a transform.
  ///
  /// - Parameters:
  ///   - features: Approximate number of features; nil: the published default. Rounded down to a multiple of 84
  ///     (MiniRocket), 672 (MultiRocket) or 2 (ROCKET), or to whole groups (Hydra), but never below one of these.
  ///   - seed: Equal seeds give equal bits on every machine.
  ///   - compatibility: Which differences MultiRocket uses.
  /// - Throws: `FeatureError`.
  public init(
    _ kind: Kind, fittingTo series: SeriesSet, features: Int? = nil, seed: UInt32 = 0,
    compatibility: MultiRocket.Compatibility = .correct
  ) throws(FeatureError) {
    try self.init(
      kind, fittingTo: FittingSet(series), features: features, seed: seed,
      compatibility: compatibility)
  }

  /// The same for a training set of which only the drawn series are in memory.
  /// - Throws: `FeatureError`.
  public init(
    _ kind: Kind, fittingTo series: FittingSet, features: Int? = nil, seed: UInt32 = 0,
    compatibility: MultiRocket.Compatibility = .correct
  ) throws(FeatureError) {
    if let features, !(1...MiniRocketParameters.maximumFeatures).contains(features) {
      throw .outOfRange(
        what: "the number of features", expected: "1 to \(MiniRocketParameters.maximumFeatures)", actual: features)
    }
    let count = kind.count(ofFeatures: features)
    switch kind {
    case .minirocket:
      self = .miniRocket(try MiniRocket(fittingTo: series, features: count, seed: seed))
    case .multirocket:
      self = .multiRocket(
        try MultiRocket(fittingTo: series, kernels: count, seed: seed, compatibility: compatibility)
      )
    case .rocket:
      self = .rocket(try Rocket(fittingTo: series, kernels: min(count, 1_000_000), seed: seed))
    case .hydra:
      // 32 features per dilation and pair of groups.
      let dilations = Hydra.dilations(points: series.extent.longest.points).count
      let groups = features == nil ? 64 : max(1, count / (32 * dilations)) * 2
      self = .hydra(try Hydra(fittingTo: series, groups: groups, seed: seed))
    }
  }

  /// The transform itself.
  public var transform: any SeriesTransform {
    switch self {
    case .miniRocket(let transform): transform
    case .multiRocket(let transform): transform
    case .rocket(let transform): transform
    case .hydra(let transform): transform
    }
  }

  /// The kind of transform.
  public var kind: Kind {
    switch self {
    case .miniRocket: .minirocket
    case .multiRocket: .multirocket
    case .rocket: .rocket
    case .hydra: .hydra
    }
  }

  /// What to do with series that are shorter than a kernel's reach.
  public var shortSeries: ShortSeriesPolicy {
    get { transform.shortSeries }
    set {
      switch self {
      case .miniRocket(var transform):
        transform.shortSeries = newValue
        self = .miniRocket(transform)
      case .multiRocket(var transform):
        transform.shortSeries = newValue
        self = .multiRocket(transform)
      case .rocket(var transform):
        transform.shortSeries = newValue
        self = .rocket(transform)
      case .hydra(var transform):
        transform.shortSeries = newValue
        self = .hydra(transform)
      }
    }
  }
}

import ModelFormats

/// Classifies series: a fitted transform, its scaler and a ridge classifier, in one file.
///
/// ```swift
/// let classifier = try SeriesClassifier(.minirocket, fittingTo: training, labels: labels, seed: 7)
/// let predicted = try classifier.predict(test)
/// ```
public struct SeriesClassifier: Sendable, Equatable {
  /// Turns a series into features.
  public let transform: FittedTransform
  /// Scales the features.
  public let scaler: FeatureScaler
  /// Picks the class.
  public let ridge: RidgeClassifier

  /// Fits all three.
  ///
  /// - Parameters:
  /// - Parameters:
  ///   - labels: The class of each series.
  ///   - features: Approximate number of features; nil: the published default of the transform.
  ///   - seed: Equal seeds give equal bits on every machine.
  ///   - threads: Threads for the transform; the result is the same for any number.
  /// - Throws: `FeatureError`.
  public init(
    _ kind: FittedTransform.Kind, fittingTo series: SeriesSet, labels: [String], features: Int? = nil, seed: UInt32 = 0,
    shortSeries: ShortSeriesPolicy = .pad, threads: Int = 1
  ) throws(FeatureError) {
    guard labels.count == series.count else {
      throw .labels(expected: "\(series.count) labels, one per series", actual: "\(labels.count)")
    }
    let classes = Set(labels).count
    guard classes > 1 else {
      throw .labels(
        expected: "series of at least two classes", actual: labels.first.map { "only '\($0)'" } ?? "none")
    }
    // Most likely a column of numbers that was read as labels.
    guard labels.count == 2 || classes < labels.count else {
      throw .labels(
        expected: "several series per class", actual: "a different class for each of \(labels.count) series")
    }
    var transform = try FittedTransform(kind, fittingTo: series, features: features, seed: seed)
    transform.shortSeries = shortSeries
    var table = try transform.transform.features(of: series, threads: threads)
    self.transform = transform
    scaler = FeatureScaler(kind == .hydra ? .sparse : .standard, fittingTo: table)
    scaler.apply(to: &table)
    ridge = try RidgeClassifier(fittingTo: table, labels: labels)
  }

  /// Predicts the class of every series, in order.
  /// - Parameter firstIndex: Added to series numbers in errors.
  /// - Throws: `FeatureError`.
  public func predict(
    _ series: SeriesSet, threads: Int = 1, firstIndex: Int = 0
  ) throws(FeatureError) -> [String] {
    predict(try transform.transform.features(of: series, threads: threads, firstIndex: firstIndex))
  }

  /// Predicts the class of each row of features, `[series, features]`, that `transform` computed.
  public func predict(_ features: FeatureTable) -> [String] {
    var table = features
    scaler.apply(to: &table)
    return ridge.predict(table)
  }

  // MARK: - Files

  /// Reads a file written with `serialized()`.
  /// - Throws: `ModelFormatError`, `FeatureError.invalidParameters`.
  public init(contentsOf path: String) throws {
    let file = try TensorFile(contentsOf: path)
    let transform = try FittedTransform(file)
    let count = transform.transform.featureCount
    func wrong(_ key: String, _ expected: String) -> FeatureError {
      .invalidParameters(
        place: "\(path): the metadata '\(key)'", expected: expected,
        actual: file.metadata[key].map { "'\($0.prefix(40))'" }
          ?? "nothing (the file holds transform parameters only, no classifier)")
    }
    guard let classCount = file.metadata["classes"].flatMap({ Int($0) }), (2...65_536).contains(classCount) else {
      throw wrong("classes", "a number of classes, at least 2")
    }
    guard let kind = file.metadata["scaler"].flatMap(FeatureScaler.Kind.init) else {
      throw wrong("scaler", "'standard' or 'sparse'")
    }
    guard let regularisation = file.metadata["regularisation"].flatMap({ Double($0) }) else {
      throw wrong("regularisation", "a number")
    }
    var classes: [String] = []
    for index in 0..<classCount {
      guard let name = file.metadata["class.\(index)"] else { throw wrong("class.\(index)", "the name of a class") }
      classes.append(name)
    }
    let outputs = classCount == 2 ? 1 : classCount
    self.transform = transform
    scaler = FeatureScaler(
      kind: kind, offsets: try file.tensor("scaler.offsets", shape: [count]),
      scales: try file.tensor("scaler.scales", shape: [count]))
    ridge = try RidgeClassifier(
      classes: classes, weights: try file.tensor("ridge.weights", shape: [outputs, count]),
      intercepts: try file.tensor("ridge.intercepts", shape: [outputs]), regularisation: regularisation)
  }

  /// The bytes of a safetensors file with the transform, scaler and classifier.
  public func serialized() -> [UInt8] {
    var file = transform.file
    let outputs = ridge.intercepts.count
    file.tensors["scaler.offsets"] = StoredTensor(shape: [scaler.offsets.count], values: scaler.offsets)
    file.tensors["scaler.scales"] = StoredTensor(shape: [scaler.scales.count], values: scaler.scales)
    file.tensors["ridge.weights"] = StoredTensor(shape: [outputs, ridge.featureCount], values: ridge.weights)
    file.tensors["ridge.intercepts"] = StoredTensor(shape: [outputs], values: ridge.intercepts)
    file.metadata["classes"] = "\(ridge.classes.count)"
    for (index, name) in ridge.classes.enumerated() { file.metadata["class.\(index)"] = name }
    file.metadata["scaler"] = scaler.kind.rawValue
    file.metadata["regularisation"] = "\(ridge.regularisation)"
    return file.serialized()
  }
}

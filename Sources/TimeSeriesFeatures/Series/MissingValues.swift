/// What stands in for values that are missing, which are NaN in a series.
public enum MissingValues: String, CaseIterable, Sendable {
  /// Nothing does: they are an error.
  case error
  /// 0.
  case zero
  /// The channel's last value; before the first one, the first.
  case hold
  /// A straight line from the last value to the next one; before the first and behind the last, those.
  case linear
}

extension SeriesSet {
  /// The set with something in the place of NaN. A channel that has no value at all becomes 0.
  public func filling(_ missing: MissingValues) -> SeriesSet {
    guard missing != .error, values.contains(where: \.isNaN) else { return self }
    var filled = self
    for index in 0..<count {
      for channel in 0..<channels {
        let start = starts[index] + channel * lengths[index]
        filled.values.fill(start..<(start + lengths[index]), missing)
      }
    }
    return filled
  }
}

extension [Float] {
  fileprivate mutating func fill(_ range: Range<Int>, _ missing: MissingValues) {
    var point = range.lowerBound
    while point < range.upperBound {
      guard self[point].isNaN else {
        point += 1
        continue
      }
      let end = self[point..<range.upperBound].firstIndex { !$0.isNaN } ?? range.upperBound
      let before = point > range.lowerBound ? self[point - 1] : nil
      let after = end < range.upperBound ? self[end] : nil
      for gap in point..<end {
        switch missing {
        case .error, .zero: self[gap] = 0
        case .hold: self[gap] = before ?? after ?? 0
        case .linear:
          guard let before, let after else {
            self[gap] = before ?? after ?? 0
            continue
          }
          let place = Float(gap - point + 1) / Float(end - point + 1)
          self[gap] = before + (after - before) * place
        }
      }
      point = end
    }
  }
}

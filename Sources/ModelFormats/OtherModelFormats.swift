extension JSONObject {
  /// Refuses models of other programs by the name of their format, before a missing key would be blamed.
  /// - Throws: `ModelFormatError.otherFormat`.
  func refuseOtherModels() throws(ModelFormatError) {
    guard members["architecture"] == nil, members["format"] == nil else { return }
    let name: String? =
      if members["model_data"] != nil, members["state_dict"] != nil {
        "GuitarML"
      } else if members["class_name"] != nil || members["keras_version"] != nil || members["modelTopology"] != nil {
        "Keras"
      } else if members["layers"] != nil, members["in_shape"] != nil || file.lowercased().hasSuffix(".aidax") {
        file.lowercased().hasSuffix(".aidax") ? "AIDA-X" : "RTNeural"
      } else {
        nil
      }
    if let name { throw .otherFormat(file: file, actual: name) }
  }
}

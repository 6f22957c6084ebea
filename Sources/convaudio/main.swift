print("convaudio")

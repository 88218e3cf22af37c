"""The local cloud: what AWS answers, on this machine."""

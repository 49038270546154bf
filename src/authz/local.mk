EMBEDDED_SCHEMAS += schemas/policy.xsd

"""The terms that NGSI-LD itself defines (its core context, versions 1.0 to 1.9), so that nothing has to be fetched.

Terms of other contexts never take their place, whatever a client sends (ETSI GS CIM 009, 5.5.7).
"""

from __future__ import annotations

import re

NGSI_LD = "https://uri.etsi.org/ngsi-ld/"
DEFAULT_VOCABULARY = "https://uri.etsi.org/ngsi-ld/default-context/"
GEOJSON = "https://purl.org/geojson/vocab#"
DUBLIN_CORE = "http://purl.org/dc/terms/"
NULL = "urn:ngsi-ld:null"
CORE_URL = "https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.8.jsonld"
_CORE = re.compile(r"https?://uri\.etsi\.org/ngsi-ld/v1/ngsi-ld-core-context(?:-v1\.\d{1,2})?\.jsonld\Z")

_SAME_NAME = ["Attribute", "AttributeList", "ContextSourceIdentity", "ContextSourceNotification", "ContextSourceRegistration", "Date", "DateTime", "EntityType", "EntityTypeInfo", "EntityTypeList", "GeoProperty", "JsonProperty", "LanguageProperty", "ListProperty", "ListRelationship", "Notification", "Property", "Relationship", "Subscription", "TemporalProperty", "Time", "VocabProperty", "accept", "attributeCount", "attributeDetails", "attributeList", "attributeName", "attributeNames", "attributeTypes", "attributes", "attrs", "avg", "cacheDuration", "contextSourceAlias", "contextSourceExtras", "contextSourceInfo", "contextSourceTimeAt", "contextSourceUptime", "cooldown", "createdAt", "csf", "data", "datasetId", "deletedAt", "detail", "distinctCount", "endAt", "endTimeAt", "endpoint", "entities", "entity", "entityCount", "entityId", "entityList", "error", "errors", "expiresAt", "format", "geoQ", "geoproperty", "georel", "idPattern", "information", "instanceId", "isActive", "join", "jsonKeys", "jsons", "lang", "lastFailure", "lastNotification", "lastSuccess", "linkedMaps", "localOnly", "location", "management", "managementInterval", "max", "min", "mode", "modifiedAt", "notification", "notificationTrigger", "notifiedAt", "notifierInfo", "notUpdated", "observationInterval", "observationSpace", "observedAt", "omit", "operationSpace", "operations", "pick", "propertyNames", "q", "reason", "receiverInfo", "refreshRate", "registrationId", "registrationName", "relationshipNames", "scope", "scopeQ", "showChanges", "startAt", "status", "stddev", "subscriptionId", "subscriptionName", "success", "sum", "sumsq", "sysAttrs", "temporalQ", "tenant", "throttling", "timeAt", "timeInterval", "timeout", "timeproperty", "timerel", "timesFailed", "timesSent", "totalCount", "triggerReason", "typeList", "typeName", "typeNames", "unchanged", "unitCode", "updated", "uri", "watchedAttributes"]
_OTHER_NAME = {
    "containedBy": "isContainedBy",
    "dataset": "hasDataset",
    "entityMap": "hasEntityMap",
    "joinLevel": "hasJoinLevel",
    "json": "hasJSON",
    "key": "hasKey",
    "languageMap": "hasLanguageMap",
    "languageMaps": "hasLanguageMaps",
    "object": "hasObject",
    "objectList": "hasObjectList",
    "objectType": "hasObjectType",
    "objects": "hasObjects",
    "objectsLists": "hasObjectsLists",
    "previousJson": "hasPreviousJson",
    "previousLanguageMap": "hasPreviousLanguageMap",
    "previousObject": "hasPreviousObject",
    "previousObjectList": "hasPreviousObjectList",
    "previousValue": "hasPreviousValue",
    "previousValueList": "hasPreviousValueList",
    "previousVocab": "hasPreviousVocab",
    "value": "hasValue",
    "valueList": "hasValueList",
    "valueLists": "hasValueLists",
    "values": "hasValues",
    "vocab": "hasVocab",
    "vocabs": "hasVocabs",
}
_OF_GEOJSON = ["Feature", "FeatureCollection", "GeometryCollection", "LineString", "MultiLineString", "MultiPoint", "MultiPolygon", "Point", "Polygon", "bbox", "coordinates", "features", "geometry", "properties"]

TERMS: dict[str, str] = {
    "ngsi-ld": NGSI_LD,
    "geojson": GEOJSON,
    "id": "@id",
    "type": "@type",
    "description": DUBLIN_CORE + "description",
    "title": DUBLIN_CORE + "title",
    **{name: NGSI_LD + name for name in _SAME_NAME},
    **{name: NGSI_LD + other for name, other in _OTHER_NAME.items()},
    **{name: GEOJSON + name for name in _OF_GEOJSON},
}
BY_IRI: dict[str, str] = {iri: name for name, iri in TERMS.items()}

# What stands beside the attributes of an entity, or within one: no attribute can be called so.
MEMBERS = frozenset(
    ["id", "type", "scope", "value", "object", "objectType", "datasetId", "observedAt", "unitCode", "lang", "languageMap", "vocab", "json", "valueList", "objectList", "createdAt", "modifiedAt", "deletedAt", "expiresAt", "instanceId", "previousValue", "previousObject", "previousLanguageMap", "previousJson", "previousVocab", "previousValueList", "previousObjectList", "entity", "entityList"]
)


def is_core(url: str) -> bool:
    """Whether the address is one of the core context, in any of its versions."""
    return _CORE.match(url) is not None


def document() -> dict[str, object]:
    """The core context as it is served."""
    return {"@context": {**TERMS, "@vocab": DEFAULT_VOCABULARY}}
